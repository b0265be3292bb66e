"use client";
import type { Terminal, WaitingLine } from "@interlock/protocol";
import { Check, CornerUpLeft, Hourglass, TriangleAlert, Undo2 } from "lucide-react";
import { useState } from "react";
import { EffectBadge } from "../../../components/ui/badge.tsx";
import { Button } from "../../../components/ui/button.tsx";
import { Kbd } from "../../../components/ui/kbd.tsx";
import { useNow, useRoom, useSession } from "../../room/room-context.tsx";
import { nameOf } from "../terminal-words.ts";
import { lineRights, seats, typists } from "./line-words.ts";
import { VisibleText } from "./visible-text-view.tsx";

/** A line that waits to run in a shell: what it does, what policy says, and what this person may do about it. */
export function WaitingLineCard({ terminal, line, onShow }: { terminal: Terminal; line: WaitingLine; onShow?: () => void }) {
  const session = useSession();
  const me = useRoom((room) => room.me);
  const role = useRoom((room) => room.role);
  const members = useRoom((room) => room.room?.members ?? NOBODY);
  const [busy, setBusy] = useState(false);
  const rights = lineRights(line, terminal, me, role);
  const decide = (decision: "run" | "back" | "approve" | "reject") => {
    setBusy(true);
    const { id: lineId, digest } = line;
    void session.ask({ type: "terminal.decide", terminalId: terminal.id, lineId, digest, decision }).then(() => setBusy(false));
  };
  return (
    <article
      data-line={line.id}
      aria-label={`A line waits on ${terminal.name}: ${line.title}`}
      className="flex max-h-full min-h-0 flex-col overflow-y-auto rounded-lg border border-line-strong bg-panel text-xs shadow-lg"
    >
      <header className="flex flex-wrap items-center gap-x-2 gap-y-1 border-b border-line px-3 py-2">
        <EffectBadge effect={line.effect} />
        <span className="min-w-0 flex-1 font-semibold text-fg wrap-anywhere">{line.title}</span>
        <Left until={line.until} />
      </header>
      {/* Reached by the keyboard: where the card is low it scrolls. */}
      <div tabIndex={0} role="group" aria-label="What it would do" className="flex min-h-14 flex-col gap-2 overflow-y-auto px-3 py-2">
        <pre className="rounded-md border border-line bg-bg px-2 py-1.5 font-mono leading-[1.55] whitespace-pre-wrap text-fg wrap-anywhere">
          <VisibleText text={line.text} />
        </pre>
        {line.masked && <p className="text-masked-text">Something in it is masked here. What runs is the line as it was typed.</p>}
        {line.parts.length > 1 && (
          <ul className="flex flex-col gap-1">
            {line.parts.map(({ effect, title, text }, index) => (
              <li key={index} className="flex items-baseline gap-2">
                <EffectBadge effect={effect} className="px-1 py-0" />
                <span className="text-fg wrap-anywhere">{title}</span>
                <span className="min-w-0 flex-1 truncate font-mono text-faint" title={text}>
                  {text}
                </span>
              </li>
            ))}
          </ul>
        )}
        {line.warnings.map((danger) => (
          <p key={danger} className="flex items-start gap-1.5 text-delete-text">
            <TriangleAlert aria-hidden="true" className="mt-px size-3.5 shrink-0" /> <span className="wrap-anywhere">{danger}</span>
          </p>
        ))}
        <p className="text-dim">
          <span className="text-fg">{typists(line, members, me?.id)}</span> on <span className="text-fg">{terminal.name}</span>
          {terminal.shell?.folder !== undefined && (
            <>
              {" in "}
              <span className="font-mono text-fg wrap-anywhere">{terminal.shell.folder}</span>
            </>
          )}
          . {line.message}
        </p>
        {line.decision === "ask" && (
          <ul aria-label="Reviews" className="flex flex-col gap-1 text-dim">
            {line.approvedBy.map((id) => (
              <li key={id} className="flex items-center gap-1.5">
                <Check aria-hidden="true" className="size-3.5 text-read-text" /> {nameOf(id, members, me?.id)} agreed
              </li>
            ))}
            <li className="flex items-center gap-1.5">
              <Hourglass aria-hidden="true" className="size-3.5" /> needs {seats(line)}
              {line.approvedBy.length > 0 && " in all"}
            </li>
          </ul>
        )}
        {rights.whyNot !== undefined && <p className="text-dim italic">{rights.whyNot}.</p>}
      </div>
      <footer className="flex flex-wrap items-center justify-end gap-1.5 border-t border-line px-3 py-2">
        <span className="mr-auto text-2xs text-faint">A guard-rail, not a wall: it judges the line, not what its programs do.</span>
        {onShow && (
          <Button variant="ghost" onClick={onShow}>
            <CornerUpLeft aria-hidden="true" /> Show the shell
          </Button>
        )}
        {rights.back && (
          <Button disabled={busy} onClick={() => decide("back")}>
            <Undo2 aria-hidden="true" /> Take it back <Kbd keys="Ctrl+C" />
          </Button>
        )}
        {rights.run && (
          <Button variant="approve" disabled={busy} onClick={() => decide("run")}>
            <Check aria-hidden="true" /> Run it
          </Button>
        )}
        {rights.review && (
          <>
            <Button variant="danger" disabled={busy} onClick={() => decide("reject")}>
              Reject
            </Button>
            <Button variant="approve" disabled={busy} onClick={() => decide("approve")}>
              <Check aria-hidden="true" /> Approve
            </Button>
          </>
        )}
      </footer>
    </article>
  );
}

const NOBODY: readonly never[] = [];

/** How long it still waits. */
function Left({ until }: { until: string }) {
  const now = useNow(1_000);
  const seconds = Math.max(0, Math.round((Date.parse(until) - now) / 1000));
  return (
    <span className="shrink-0 text-2xs text-faint tabular-nums" title="Then it is given back, not run">
      {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, "0")} left
    </span>
  );
}
