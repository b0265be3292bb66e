import type { Metadata } from "next";
import { RecordingsPage } from "../../../features/recordings/recordings-page.tsx";
import { requireSession } from "../../../server/current-session.ts";

export const metadata: Metadata = { title: "Recordings" };

/** `?room=<id>`: those of one room. */
export default async function Page({ searchParams }: { searchParams: Promise<{ room?: string | string[] }> }) {
  await requireSession();
  const { room } = await searchParams;
  return <RecordingsPage {...(typeof room === "string" && { roomId: room })} />;
}
