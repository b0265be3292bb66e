import type { Metadata } from "next";
import { WhoMayPage } from "../../../../../features/who-may/who-may-page.tsx";
import { requireSession } from "../../../../../server/current-session.ts";

interface Props {
  params: Promise<{ name: string }>;
  searchParams: Promise<{ room?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Who can …? in ${decodeURIComponent((await params).name)}` };
}

/** `?room=<id>` is where one came from. */
export default async function Page({ params, searchParams }: Props) {
  await requireSession();
  const { room } = await searchParams;
  return <WhoMayPage connection={decodeURIComponent((await params).name)} {...(typeof room === "string" && { roomId: room })} />;
}
