"use client";
import { Hand, SquareTerminal } from "lucide-react";
import { cn } from "../../components/ui/class-names.ts";
import { useRoom } from "../room/room-context.tsx";

/** What one sees of a terminal without looking at it: whether it goes on, waits or has ended, and whether somebody asks for control. */
export function TerminalTabIcon({ terminalId }: { terminalId: string }) {
  const terminal = useRoom((state) => state.terminals.find(({ id }) => id === terminalId));
  const asked = useRoom((state) => terminal?.driverId === state.me?.id && terminal?.asking.some((id) => id !== state.me?.id) === true);
  if (asked)
    return (
      <>
        <Hand aria-hidden="true" className="size-3.5 text-accent-text" />
        <span className="sr-only">somebody asks for control:</span>
      </>
    );
  const stuck = terminal?.phase === "waiting" || terminal?.paused !== undefined;
  const ended = terminal?.phase === "ended";
  return (
    <>
      <SquareTerminal aria-hidden="true" className={cn("size-3.5 text-faint", stuck && "text-modify-text", ended && "opacity-50")} />
      {(stuck || ended) && <span className="sr-only">{ended ? "ended:" : "waits:"}</span>}
    </>
  );
}
