"use client";
import type { Terminal } from "@interlock/protocol";
import { Hand } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { Button } from "../../components/ui/button.tsx";
import { useRoom, useSession } from "../room/room-context.tsx";
import type { TerminalRights } from "./terminal-rights.ts";
import { nameOf } from "./terminal-words.ts";

/**
 * Who asks for control, in front of whoever can give it, until that is answered or put off: in the pane, and for those who look elsewhere as a
 * notice of the page. The keyboard stays where it is.
 */
export function ControlNotice({ terminal, rights, hidden }: { terminal: Terminal; rights: TerminalRights; hidden: boolean }) {
  const session = useSession();
  const members = useRoom((room) => room.room?.members ?? NOBODY);
  const meId = useRoom((room) => room.me?.id);
  const [putOff, setPutOff] = useState<readonly string[]>([]);
  const asks = rights.drives ? terminal.asking.find((id) => id !== meId && !putOff.includes(id)) : undefined;
  // Who asks anew is told anew.
  useEffect(() => setPutOff((all) => all.filter((id) => terminal.asking.includes(id))), [terminal.asking]);
  const give = () => void session.ask({ type: "terminal.give", terminalId: terminal.id, ...(asks === undefined ? {} : { userId: asks }) });
  const name = nameOf(asks, members, meId);
  const giving = useRef(give);
  giving.current = give;
  useEffect(() => {
    if (!hidden || asks === undefined) return;
    const told = toast(`${name} asks for control of the shell on ${terminal.name}`, {
      duration: Infinity,
      action: { label: "Give it", onClick: () => giving.current() },
      cancel: { label: "Not now", onClick: () => setPutOff((all) => [...all, asks]) },
    });
    return () => void toast.dismiss(told);
  }, [hidden, asks, name, terminal.name]);
  useHandOver(terminal, meId, hidden);
  if (asks === undefined) return null;
  return (
    <div
      role="alert"
      className="flex shrink-0 flex-wrap items-center gap-2 border-b border-accent-line bg-accent-soft px-3 py-1 text-xs text-fg"
    >
      <Hand aria-hidden="true" className="size-3.5 shrink-0 text-accent-text" />
      <span className="min-w-0 truncate">
        <span className="font-semibold">{name}</span> asks for control
      </span>
      <span className="ml-auto flex gap-1.5">
        <Button size="sm" onClick={() => setPutOff((all) => [...all, asks])}>
          Not now
        </Button>
        <Button size="sm" variant="primary" onClick={give}>
          Give control
        </Button>
      </span>
    </div>
  );
}

/** Says when one's keys do not reach the shell any more by somebody else's doing; and that they do, where the pane is not in view to show it. */
function useHandOver({ driverId, name, phase, watchers }: Terminal, meId: string | undefined, hidden: boolean) {
  const members = useRoom((room) => room.room?.members ?? NOBODY);
  const before = useRef(driverId);
  useEffect(() => {
    const was = before.current;
    before.current = driverId;
    if (was === driverId || meId === undefined || phase === "ended" || watchers.length === 0) return;
    if (driverId === meId) {
      if (hidden) toast(`You have control of the shell on ${name}.`);
      return;
    }
    if (was !== meId) return;
    const whose = driverId === undefined ? "Nobody" : nameOf(driverId, members, meId);
    toast(`${whose} has control of the shell on ${name} now.`, { duration: 8_000 });
    // Only a change of hands is told.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [driverId]);
}

const NOBODY: readonly never[] = [];
