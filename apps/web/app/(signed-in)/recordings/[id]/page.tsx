import type { Metadata } from "next";
import { RecordingPage } from "../../../../features/recordings/recording-page.tsx";
import { requireSession } from "../../../../server/current-session.ts";

export const metadata: Metadata = { title: "Recording" };

interface Props {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ t?: string | string[]; q?: string | string[] }>;
}

/** `?t=<seconds>` is the moment it stands at, `?q=<text>` what is looked for in it. */
export default async function Page({ params, searchParams }: Props) {
  await requireSession();
  const { t, q } = await searchParams;
  return (
    <RecordingPage
      id={decodeURIComponent((await params).id)}
      {...(typeof t === "string" && { moment: t })}
      {...(typeof q === "string" && { text: q })}
    />
  );
}
