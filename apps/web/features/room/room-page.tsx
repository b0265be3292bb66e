"use client";
import { useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";
import { toast } from "sonner";
import { Skeleton } from "../../components/ui/skeleton.tsx";
import { StatusBar } from "../status-bar/status-bar.tsx";
import { LinkEnded, ReconnectingNotice } from "./link-notice.tsx";
import { RoomContext, useRoom } from "./room-context.tsx";
import { RoomHeader } from "./room-header.tsx";
import { RoomPanes } from "./room-panes.tsx";
import { RoomSession } from "./room-session.ts";

/** One room, alive for as long as the page shows it. `commandId`, else `?command=` of the address, opens it at that command. */
export function RoomPage({ roomId, commandId }: { roomId: string; commandId?: string }) {
  const asked = useSearchParams().get("command") ?? undefined;
  const [session, setSession] = useState<RoomSession>();
  useEffect(() => {
    const opened = new RoomSession(roomId, commandId ?? asked);
    opened.open();
    setSession(opened);
    return () => opened.close();
    // Another command in the address does not open the room anew: the effect below shows it.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [roomId]);
  useEffect(() => {
    if (asked !== undefined) session?.showCommand(asked);
  }, [session, asked]);
  if (!session) return <Opening />;
  return (
    <RoomContext value={session}>
      <OpenRoom />
    </RoomContext>
  );
}

function OpenRoom() {
  const here = useRoom((state) => state.room !== undefined);
  const ended = useRoom(({ link }) => link.phase === "refused" || link.phase === "signed_out" || link.phase === "reload");
  useProblems();
  return (
    <div className="flex h-dvh flex-col overflow-hidden">
      <RoomHeader />
      <ReconnectingNotice />
      <main className="flex min-h-0 flex-1 flex-col">{ended ? <LinkEnded /> : here ? <RoomPanes /> : <Opening />}</main>
      <StatusBar />
    </div>
  );
}

/** The shape of a room before its first snapshot. */
function Opening() {
  return (
    <div role="status" aria-label="Opening the room" className="flex min-h-0 flex-1 gap-4 p-4">
      <div className="flex w-52 flex-col gap-3 max-lg:hidden">
        {["w-1/2", "w-4/5", "w-3/5", "w-2/3"].map((width) => (
          <Skeleton key={width} className={`h-4 ${width}`} />
        ))}
      </div>
      <div className="flex flex-1 flex-col gap-4">
        <Skeleton className="h-8 w-48" />
        <Skeleton className="flex-1" />
        <Skeleton className="h-40" />
      </div>
      <div className="flex w-80 flex-col gap-3 max-lg:hidden">
        <Skeleton className="h-40" />
        <Skeleton className="h-24" />
      </div>
    </div>
  );
}

/** Problems that belong to no request are said as they come. */
function useProblems() {
  const problem = useRoom((state) => state.problem);
  useEffect(() => {
    if (problem)
      toast.error(problem.problem.title, { description: [problem.problem.detail, problem.problem.next].filter(Boolean).join(" ") });
  }, [problem]);
}
