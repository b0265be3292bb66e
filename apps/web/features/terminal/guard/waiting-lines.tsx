"use client";
import { useRoom, useSession } from "../../room/room-context.tsx";
import { WaitingLineCard } from "./waiting-line.tsx";

/** Lines of the room's shells that others are asked about, for the queue. */
export function WaitingLines() {
  const session = useSession();
  const terminals = useRoom((room) => room.terminals);
  return terminals.map((terminal) => {
    const line = terminal.shell?.line;
    return (
      line?.decision === "ask" && (
        <WaitingLineCard key={line.id} terminal={terminal} line={line} onShow={() => session.showTerminal(terminal.id)} />
      )
    );
  });
}
