"use client";
import type { Terminal } from "@interlock/protocol";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { useRoom } from "../room/room-context.tsx";
import { HostKeysDialog } from "./host-keys-dialog.tsx";
import type { LinkState } from "./terminal-link.ts";
import { bytesText, ending, needed } from "./terminal-words.ts";

/** What stands between a person and the shell, above its screen. Nothing when nothing does. */
export function TerminalNotice({ terminal, link, onRead }: { terminal: Terminal; link: LinkState; onRead: () => void }) {
  const say = noticeOf(terminal, link);
  if (say === undefined) return null;
  return (
    <div
      role={say.bad ? "alert" : "status"}
      className={
        say.bad
          ? "flex shrink-0 items-center gap-2 border-b border-delete-line bg-delete-soft px-3 py-1 text-xs text-delete-text"
          : "flex shrink-0 items-center gap-2 border-b border-modify-line bg-modify-soft px-3 py-1 text-xs text-modify-text"
      }
    >
      <span className="wrap-anywhere">{say.text}</span>
      {say.read && (
        <Button size="sm" variant="ghost" className="ml-auto" onClick={onRead}>
          Understood
        </Button>
      )}
      {terminal.end?.code?.startsWith("host_key_") === true && <CompareKeys connectionId={terminal.connectionId} />}
    </div>
  );
}

/** The way on from a host that is not known: whoever may compares its key. */
function CompareKeys({ connectionId }: { connectionId: string }) {
  const [open, setOpen] = useState(false);
  const connection = useRoom((room) => room.connections.find(({ id }) => id === connectionId));
  const decides = useRoom((room) => room.me?.groups.includes("admins") ?? false);
  if (connection === undefined) return null;
  return (
    <>
      <Button size="sm" className="ml-auto" onClick={() => setOpen(true)}>
        {decides ? "Compare its key…" : "Show its key…"}
      </Button>
      {open && <HostKeysDialog connection={connection} decides={decides} onClose={() => setOpen(false)} />}
    </>
  );
}

function noticeOf(terminal: Terminal, link: LinkState): { text: string; bad?: boolean; read?: boolean } | undefined {
  if (terminal.phase === "ended")
    return { text: ending(terminal.end), bad: (terminal.end?.exitCode ?? 0) !== 0 || terminal.end?.why !== undefined };
  if (link.phase === "refused") return { text: link.why ?? "You may not look at this terminal.", bad: true };
  if (link.phase === "reconnecting")
    return { text: `${link.why ?? "The connection was lost."} The shell goes on; keys are not kept until you are back.` };
  if (terminal.phase === "waiting")
    return { text: `Nothing is connected yet: it opens once ${needed(terminal.moderators)} watches over it.` };
  if (terminal.paused !== undefined) return { text: `${terminal.paused} What runs goes on.` };
  const missed =
    link.missed === undefined ? undefined : `${bytesText(link.missed)} of output went by while you were away; it is in the recording.`;
  const lost = link.lostKeys === true ? "Keys that you pressed meanwhile were not sent." : undefined;
  if (missed !== undefined || lost !== undefined) return { text: [missed, lost].filter(Boolean).join(" "), read: true };
  return undefined;
}
