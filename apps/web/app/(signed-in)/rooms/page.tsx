import type { Metadata } from "next";
import { RoomsPage } from "../../../features/rooms/rooms-page.tsx";
import { requireSession } from "../../../server/current-session.ts";

export const metadata: Metadata = { title: "Rooms" };

export default async function Page() {
  await requireSession();
  return <RoomsPage />;
}
