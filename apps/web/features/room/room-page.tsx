"use client";
import { useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";
import { toast } from "sonner";
import { cn } from "../../components/ui/class-names.ts";
import { Skeleton } from "../../components/ui/skeleton.tsx";
import { LogsDialog } from "../logs/logs-dialog.tsx";
import { TokenDialog } from "../tokens/token-dialog.tsx";
import { PodDialog } from "../pods/pod-dialog.tsx";
import { ShellReason } from "../terminal/shell-reason.tsx";
import { UnsavedObjects } from "../yaml/unsaved-objects.tsx";
import { StatusBar } from "../status-bar/status-bar.tsx";
import { LinkEnded, ReconnectingNotice } from "./link-notice.tsx";
import { RoomContext, useRoom } from "./room-context.tsx";
import { RoomHeader } from "./room-header.tsx";
import { RoomPanes } from "./room-panes.tsx";
import { RoomSession } from "./room-session.ts";
import { hasEnded } from "./room-state.ts";

/** One room, alive for as long as the page shows it. `commandId`, else `?command=` of the address, opens it at that command; `?document=` at a document. */
export function RoomPage({ roomId, commandId }: { roomId: string; commandId?: string }) {
  const address = useSearchParams();
  const asked = address.get("command") ?? undefined;
  const document = address.get("document") ?? undefined;
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
  useEffect(() => {
    if (document !== undefined) session?.openDocument(document);
  }, [session, document]);
  if (!session) return <Opening />;
  return (
    <RoomContext value={session}>
      <OpenRoom />
    </RoomContext>
  );
}

function OpenRoom() {
  const here = useRoom((state) => state.room !== undefined);
  const ended = useRoom(({ link }) => hasEnded(link));
  useProblems();
  return (
    <div className="flex h-dvh flex-col overflow-hidden">
      <RoomHeader />
      <ReconnectingNotice />
      <main tabIndex={-1} className="outline-none flex min-h-0 flex-1 flex-col">
        {ended ? (
          <div className="min-h-0 flex-1 overflow-y-auto">
            <LinkEnded />
            <UnsavedObjects />
          </div>
        ) : here ? (
          <RoomPanes />
        ) : (
          <Opening />
        )}
      </main>
      <StatusBar />
      {here && !ended && <LogsDialog />}
      {here && !ended && <TokenDialog />}
      {here && !ended && (
        <>
          <ShellReason />
          <PodDialog />
        </>
      )}
    </div>
  );
}

/** The shape of a room before its first snapshot. */
function Opening() {
  return (
    <div role="status" aria-label="Opening the room" className="flex min-h-0 flex-1">
      <Column widths={["w-20", "w-4/5", "w-3/5", "w-2/3", "w-1/2"]} className="w-58 border-r bg-panel max-lg:hidden" />
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="flex h-9 items-center border-b border-line bg-panel px-3.5">
          <Skeleton className="h-3.5 w-32" />
        </div>
        <Column widths={["w-3/5", "w-2/5", "w-1/3"]} className="flex-1" />
        <Skeleton className="mx-3 mb-3 h-40 rounded-lg bg-panel" />
      </div>
      <Column widths={["w-24", "w-full", "w-3/4", "w-20", "w-2/3"]} className="w-87 border-l bg-panel max-lg:hidden" />
    </div>
  );
}

function Column({ widths, className }: { widths: readonly string[]; className: string }) {
  return (
    <div className={cn("flex shrink-0 flex-col gap-3 border-line p-3.5", className)}>
      {widths.map((width) => (
        <Skeleton key={width} className={cn("h-3.5", width)} />
      ))}
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
