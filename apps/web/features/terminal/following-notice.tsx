"use client";
import { Footprints } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { useRoom, useSession } from "../room/room-context.tsx";

/** Says that somebody else decides what is looked at here, and how to look elsewhere. */
export function FollowingNotice({ userId }: { userId: string }) {
  const session = useSession();
  const member = useRoom((room) => room.room?.members.find(({ id }) => id === userId));
  if (member === undefined) return null;
  return (
    <div
      role="status"
      className="absolute right-3 bottom-3 z-10 flex max-w-[calc(100%-1.5rem)] items-center gap-2 rounded-full border bg-panel py-0.5 pr-1 pl-3 text-xs text-dim shadow-float"
      style={{ borderColor: member.color }}
    >
      <Footprints aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
      <span className="min-w-0 truncate">
        You follow <span className="font-semibold text-fg">{member.name}</span>
        {member.online ? "" : ", who is away"}
      </span>
      <Button size="sm" variant="ghost" className="rounded-full" onClick={() => session.following.stop()}>
        Stop
      </Button>
    </div>
  );
}
