"use client";
import type { Command } from "@interlock/protocol";
import { FlaskConical } from "lucide-react";
import { Badge, EffectBadge } from "../../components/ui/badge.tsx";
import { useNow } from "../room/room-context.tsx";
import { ownFirst, rowsOf, writtenRows } from "./affected-rows.ts";
import { age } from "./age.ts";
import { beginningOf } from "./frozen-text.ts";
import { planEnd, writeOutcomes } from "./write-outcomes.ts";

/** The outcome of a folded card: rows where there are some, else the state. */
function shortOutcome({ state, execution, dryRun, undo, impact }: Command): string {
  if (state === "succeeded" && dryRun === true) return "nothing changed";
  if (state === "succeeded" && undo?.state === "done") return "put back";
  const outcomes = writeOutcomes({ state, impact, execution });
  if (outcomes.length > 0) return state === "succeeded" ? "done" : planEnd(outcomes).toLowerCase();
  if (state === "succeeded" && execution) {
    const rows = execution.results.reduce((sum, result) => sum + result.rows, 0);
    const written = undo?.rows ?? writtenRows(ownFirst(impact, execution.affected).own);
    if (rows + written > 0) return rowsOf(rows || written);
    const { length } = execution.notices;
    if (length > 0) return `${length} ${length === 1 ? "notice" : "notices"}`;
  }
  return state.replace("_", " ");
}

/** The line of a card that is always there: what it is, whose, and when; folded also what came of it. */
export function CardHead({ command, open, onToggle }: { command: Command; open: boolean; onToggle: (() => void) | undefined }) {
  const now = useNow(30_000);
  const authors = [command.proposer, ...command.authors.filter(({ id }) => id !== command.proposer.id)];
  const names = authors.map(({ name }) => name).join(" + ");
  const inner = (
    <>
      <EffectBadge effect={command.effect} className="px-1.5" />
      {open && command.dryRun === true && (
        <Badge tone="accent">
          <FlaskConical aria-hidden="true" className="size-3" /> dry run
        </Badge>
      )}
      {open && command.undoOf !== undefined && <Badge>undo</Badge>}
      <span
        className="min-w-0 flex-1 truncate text-left text-xs text-dim"
        title={`${open ? "" : `${beginningOf(command.text) ?? command.text}\n\n`}${command.connection.name} · ${names}`}
      >
        {open ? (
          <>
            {command.connection.name} · {names}
          </>
        ) : (
          <span className="text-fg">{command.title}</span>
        )}
      </span>
      {!open && <span className="shrink-0 text-2xs text-dim">{shortOutcome(command)}</span>}
      <time dateTime={command.proposedAt} title={new Date(command.proposedAt).toLocaleString()} className="shrink-0 text-2xs text-faint">
        {age(command.proposedAt, now)}
      </time>
    </>
  );
  if (!onToggle) return <div className="flex items-center gap-2">{inner}</div>;
  return (
    <button type="button" aria-expanded={open} onClick={onToggle} className="flex w-full items-center gap-2 rounded-sm">
      {inner}
    </button>
  );
}
