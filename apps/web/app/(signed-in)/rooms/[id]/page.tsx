import { notFound } from "next/navigation";
import { RoomPage } from "../../../../features/room/room-page.tsx";
import { requireSession } from "../../../../server/current-session.ts";
import { roomTitle } from "../../../../server/room-title.ts";

interface Props {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: Props) {
  const title = await roomTitle((await params).id);
  return title ? { title } : {};
}

/** `?command=<id>` opens the room at that command; the room reads it itself. */
export default async function Page({ params }: Props) {
  const { id } = await params;
  await requireSession();
  if (!(await roomTitle(id))) notFound();
  return <RoomPage roomId={id} />;
}
