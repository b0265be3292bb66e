import type { Metadata } from "next";
import { PlainPage } from "../features/shell/plain-page.tsx";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <PlainPage code="404" title="There is nothing here">
      The address may be mistyped, or the room it names does not exist.
    </PlainPage>
  );
}
