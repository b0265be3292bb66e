"use client";
import { impactRows, type Command } from "@interlock/protocol";
import { Copy, FlaskConical } from "lucide-react";
import { Badge } from "../../components/ui/badge.tsx";
import { Tooltip } from "../../components/ui/tooltip.tsx";
import { copyText } from "../clipboard/to-clipboard.ts";
import { rowsOf } from "./affected-rows.ts";
import { AttentionList } from "../impact/attention-line.tsx";
import { attentions } from "../impact/attention.ts";
import { figure, rowsInWords, total } from "../impact/figures.ts";
import { heaviestLock } from "../impact/impact-facts.ts";
import { isScript } from "../hosts/script-words.ts";
import { impactSentence } from "../impact/impact-sentence.ts";
import { ReversalLine } from "../impact/reversal-line.tsx";
import { commandReversal } from "../impact/reversal.ts";
import { verdictSentence } from "../impact/verdict-sentence.ts";
import { ComeBack } from "../plan/come-back.tsx";
import { isPlan } from "../plan/plan-objects.ts";

/** What a reviewer must not overlook. Notes of less weight are in the details. */
export function Dangers({ command }: { command: Command }) {
  return <AttentionList attentions={attentions(command.impact).filter(({ severity }) => severity === "fails" || severity === "danger")} />;
}

/** What a reviewer agrees to is for good, or not. */
export function Reversibility({ command }: { command: Command }) {
  if (command.dryRun === true)
    return (
      <p className="flex items-baseline gap-1.5 text-xs text-accent-text">
        <FlaskConical aria-hidden="true" className="size-3.5 shrink-0 translate-y-0.5" /> Dry run: it does everything but commit, and
        changes nothing
      </p>
    );
  // What the target refuses leaves nothing to undo.
  if (command.impact.statements.some(({ willFail }) => willFail.length > 0)) return null;
  if (isPlan(command.impact) && command.undoOf === undefined) return <ComeBack impact={command.impact} />;
  const said = commandReversal(command);
  return said && <ReversalLine reversal={said} />;
}

/** What it still needs, and the limit its author set. */
export function Demands({ command: { state, verdict, impact, maxRows } }: { command: Command }) {
  const waits = state === "awaiting_review" && verdict.decision === "review";
  if (!waits && maxRows === undefined) return null;
  return (
    <p className="text-xs text-dim">
      {maxRows !== undefined && (
        <>
          Rolled back if it writes more than <strong className="font-medium text-fg tabular-nums">{rowsOf(maxRows)}</strong> in a
          table.{" "}
        </>
      )}
      {waits && `${verdictSentence(verdict, impact, maxRows).lead}.`}
    </p>
  );
}

/** What it comes to, before the text that does it: nobody should have to work that out from SQL. */
export function Consequence({ command }: { command: Command }) {
  const { big, small } = impactSentence(command.impact);
  return (
    <p className="text-sm font-semibold wrap-anywhere" data-testid="consequence">
      {big}
      {small.length > 0 && <span className="block text-xs font-normal text-dim">{small.join(" · ")}</span>}
    </p>
  );
}

/** `foretold`: the sentence above has the rows. */
export function Chips({ command, foretold }: { command: Command; foretold: boolean }) {
  const rows = impactRows(command.impact);
  const targets = command.impact.statements.flatMap(({ effects }) =>
    effects.filter(({ effect }) => effect !== "read").map((effect) => effect.rows),
  );
  const cascades = command.impact.statements.flatMap((statement) => statement.cascades.map((cascade) => cascade.rows));
  const hot = command.effect === "delete" ? "bad" : "neutral";
  const lock = heaviestLock(command.impact.statements);
  // What it did is listed below; this is what was agreed to.
  const done = command.state === "succeeded";
  // A plan tells its objects kind by kind.
  const rowed = !isPlan(command.impact) && !isScript(command.impact);
  const shortDigest = `${command.digest.slice(0, 4)}…${command.digest.slice(-4)}`;
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {rowed && !foretold && targets.length > 0 && (
        <Badge tone={hot} title={`${rowsInWords(rows)} with cascades`}>
          {done && "foretold "}
          {rowsInWords(total(targets))}
        </Badge>
      )}
      {rowed && !done && cascades.length > 0 && <Badge tone={hot}>cascades {figure(total(cascades))}</Badge>}
      {foretold && lock?.grave === true && (
        <Badge tone="warn" className="whitespace-normal">
          {lock.words}
        </Badge>
      )}
      {!command.impact.complete && <Badge tone="warn">incomplete</Badge>}
      <Tooltip label={<span className="font-mono break-all">{command.digest}</span>}>
        <button
          type="button"
          onClick={() => void copyText(command.digest, "The digest is copied.")}
          aria-label={`Copy the digest ${shortDigest}`}
          className="inline-flex items-center gap-1 rounded-sm bg-unknown-soft px-1.5 py-px font-mono text-2xs text-dim hover:text-fg"
        >
          {shortDigest} <Copy aria-hidden="true" className="size-2.5" />
        </button>
      </Tooltip>
    </div>
  );
}
