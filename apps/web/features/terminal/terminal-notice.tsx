"use client";
import type { Terminal } from "@interlock/protocol";
import { useEffect, useState } from "react";
import { cn } from "../../components/ui/class-names.ts";
import { Button } from "../../components/ui/button.tsx";
import { WatchRecording } from "../recordings/watch-link.tsx";
import { useCanAct, useRoom, useSession } from "../room/room-context.tsx";
import { HostKeysDialog } from "./host-keys-dialog.tsx";
import { isHost } from "./terminal-commands.ts";
import type { LinkState } from "./terminal-link.ts";
import { ending, missedText, needed, nextStep, timeText } from "./terminal-words.ts";

interface TerminalNoticeProps {
  terminal: Terminal;
  link: LinkState;
  meId: string | undefined;
  onRead: () => void;
}

interface Said {
  text: string;
  tone: "bad" | "warn" | "calm";
  /** What to do about it. */
  next?: string | undefined;
  /** It goes once it was read: `soon` by itself. */
  read?: "asked" | "soon";
  of?: "recording";
  /** Not worth a word where it is over in a moment. */
  later?: boolean;
}

const TONES = {
  bad: "border-delete-line bg-delete-soft text-delete-text",
  warn: "border-modify-line bg-modify-soft text-modify-text",
  calm: "border-line bg-panel text-dim",
} as const;
/** Milliseconds that something is said which asks for nothing. */
const SOON = 8_000;

/** What stands between a person and the shell, above its screen. Nothing when nothing does. */
export function TerminalNotice({ terminal, link, meId, onRead }: TerminalNoticeProps) {
  const [unrecordedRead, setUnrecordedRead] = useState(false);
  const say = noticeOf(terminal, link, meId, unrecordedRead);
  const soon = say?.read === "soon";
  useEffect(() => {
    if (!soon) return;
    const timer = setTimeout(onRead, SOON);
    return () => clearTimeout(timer);
    // It is the same function in other words at every drawing.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [soon]);
  if (say === undefined) return null;
  return (
    <div
      role={say.tone === "bad" ? "alert" : "status"}
      data-testid="terminal-notice"
      className={cn(
        "flex shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b px-3 py-1 text-xs",
        TONES[say.tone],
        say.later === true && "terminal-later",
      )}
    >
      <span className="min-w-0 flex-1 basis-60 wrap-anywhere">
        {say.text} {say.next !== undefined && <span className="opacity-85">{say.next}</span>}
      </span>
      {say.read === "asked" && (
        <Button size="sm" variant="ghost" className="ml-auto" onClick={() => (say.of === "recording" ? setUnrecordedRead(true) : onRead())}>
          Understood
        </Button>
      )}
      {terminal.phase === "ended" && terminal.end?.code === undefined && (
        <span className="ml-auto">
          <WatchRecording terminalId={terminal.id} />
        </span>
      )}
      {terminal.end?.code?.startsWith("host_key_") === true && <CompareKeys connectionId={terminal.connectionId} />}
      {terminal.phase === "ended" && terminal.end?.code?.startsWith("host_key_") !== true && <OpenAgain terminal={terminal} />}
      {terminal.end?.code === "no_shell" && terminal.pod?.mode !== "debug" && <DebugInstead terminal={terminal} />}
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

/** The same place again. A pod is opened from its object, where it is seen whether it is still there. */
function OpenAgain({ terminal: { connectionId, openedById, end } }: { terminal: Terminal }) {
  const session = useSession();
  const connection = useRoom((room) => room.connections.find(({ id }) => id === connectionId));
  const mine = useRoom((room) => room.me?.id === openedById && room.role !== "observer" && room.room?.open === true);
  if (!mine || connection === undefined || !isHost(connection) || end?.exitCode === 0) return null;
  return (
    <Button size="sm" className="ml-auto" onClick={() => session.openShell({ connectionId, name: connection.name })}>
      Open a new one
    </Button>
  );
}

/** The way on from a container that has no shell: one beside it that has. */
function DebugInstead({ terminal: { connectionId, pod } }: { terminal: Terminal }) {
  const session = useSession();
  const canAct = useCanAct();
  if (pod === undefined || !canAct) return null;
  const { namespace, name, container } = pod;
  return (
    <Button
      size="sm"
      className="ml-auto"
      onClick={() => session.openPod({ connectionId, namespace, name, way: "debug", ...(container === undefined ? {} : { container }) })}
    >
      Debug…
    </Button>
  );
}

function noticeOf(terminal: Terminal, link: LinkState, meId: string | undefined, unrecordedRead: boolean): Said | undefined {
  const { phase, paused, end, recording } = terminal;
  const missed = link.missed === undefined ? undefined : missedText(link.missed, recording);
  if (phase === "ended") {
    const bad = (end?.exitCode ?? 0) !== 0 || end?.why !== undefined;
    const cut =
      recording === "interrupted"
        ? "Its recording ends there. After a hard stop the last second may be missing, more where the storage was slow."
        : undefined;
    return { text: [ending(end), cut, missed].filter(Boolean).join(" "), tone: bad ? "bad" : "warn", next: nextStep(end) };
  }
  if (link.phase === "refused") return { text: link.why ?? "You may not look at this terminal.", tone: "bad" };
  if (link.phase === "reconnecting")
    return { text: `${link.why ?? "The connection was lost."} The shell may go on meanwhile; what you type now is lost.`, tone: "warn" };
  if (phase === "connecting") return { text: `Connecting to ${terminal.name}…`, tone: "calm", later: true };
  if (link.phase === "connecting") return { text: "Fetching the screen…", tone: "calm", later: true };
  if (phase === "waiting")
    return {
      text: `Nothing is connected yet: it opens once ${needed(terminal.moderators)} watches over it. They press “Watch over this” in this pane.`,
      tone: "warn",
    };
  if (paused !== undefined) return { text: `${paused} What runs goes on.`, tone: "warn" };
  const lost = link.lostKeys === true ? "What you typed while there was no connection was not sent." : link.lostKeys;
  const unsure =
    link.unsureKeys === true
      ? "The connection broke just after you pressed keys: they may have arrived. Look before you press them again."
      : undefined;
  const said = [missed, unsure, lost].filter(Boolean);
  if (said.length > 0) return { text: said.join(" "), tone: "warn", read: "asked" };
  if (terminal.watchers.some(({ userId, behind }) => userId === meId && behind))
    return {
      text: "This page is behind: there is more output than your connection takes. The screen is renewed once it has caught up.",
      tone: "warn",
    };
  if (recording === "failed" && !unrecordedRead)
    return {
      text: "What is shown here is not recorded any more.",
      tone: "bad",
      next: "Mind that when you go on; an administrator finds the reason in the agent’s log.",
      read: "asked",
      of: "recording",
    };
  if (link.away !== undefined)
    return { text: `You were away for ${timeText(link.away)}. Nothing is missing here.`, tone: "calm", read: "soon" };
  return undefined;
}
