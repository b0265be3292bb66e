import type { Metadata } from "next";
import { LeastPrivilegePage } from "../../../../../features/least-privilege/least-privilege-page.tsx";
import { requireSession } from "../../../../../server/current-session.ts";

interface Props {
  params: Promise<{ name: string }>;
  searchParams: Promise<{ room?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Least privilege of ${decodeURIComponent((await params).name)}` };
}

/** `?room=<id>` is the room that smaller roles are offered to first: where one came from. */
export default async function Page({ params, searchParams }: Props) {
  await requireSession();
  const { room } = await searchParams;
  return <LeastPrivilegePage connection={decodeURIComponent((await params).name)} {...(typeof room === "string" && { roomId: room })} />;
}
