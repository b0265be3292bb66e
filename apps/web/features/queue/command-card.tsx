"use client";
import { impactRows, type Command } from "@interlock/protocol";
import { Check, ChevronDown, Copy, FlaskConical, Hourglass, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { Badge, EffectBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Tooltip } from "../../components/ui/tooltip.tsx";
import { AttentionList } from "../impact/attention-line.tsx";
import { attentions } from "../impact/attention.ts";
import { ImpactDetails } from "../impact/impact-details.tsx";
import { count, figure, rowsInWords, total } from "../impact/figures.ts";
import { heaviestLock } from "../impact/impact-facts.ts";
import { impactSentence } from "../impact/impact-sentence.ts";
import { ReversalLine } from "../impact/reversal-line.tsx";
import { commandReversal } from "../impact/reversal.ts";
import { verdictSentence } from "../impact/verdict-sentence.ts";
import { ComeBack } from "../plan/come-back.tsx";
import { isPlan } from "../plan/plan-objects.ts";
import { useNow, useRoom, useSession, useView } from "../room/room-context.tsx";
import { age } from "./age.ts";
import { CommandActions, useCommandActs } from "./command-actions.tsx";
import { ownFirst, writtenRows } from "./affected-rows.ts";
import { CommandPlan } from "./command-plan.tsx";
import { CommandOutcome } from "./command-outcome.tsx";
import { FrozenFiles } from "./frozen-files.tsx";
import { beginningOf } from "./frozen-text.ts";
import { commandRights, isActive, openSeats } from "./command-rights.ts";
import { FrozenCode, type FrozenLanguage } from "./frozen-code.tsx";
import { planEnd, writeOutcomes } from "./write-outcomes.ts";
import { UndoesLine, UndoPart } from "./undo-part.tsx";

/**
 * One frozen command: who wrote it, what it does, who has agreed, and what came of it. `kept`: it stays open although it is finished. `crowded`: others that
 * wait are open already, so this one is folded until somebody wants it.
 */
export function CommandCard({ command, kept = false, crowded = false }: { command: Command; kept?: boolean; crowded?: boolean }) {
  const me = useRoom((state) => state.me);
  const role = useRoom((state) => state.role);
  const wanted = useView((view) => (view.command?.id === command.id ? view.command : undefined));
  const card = useRef<HTMLElement>(null);
  const active = isActive(command);
  /** What the person chose, for as long as it is this command's turn to be open or folded. */
  const [chosen, setChosen] = useState<boolean>();
  // What needs nobody's review is done in a moment: it unfolds only when it takes longer.
  const lasting = useLasting(active && command.verdict.obligations.reviews.length === 0);
  const byItself = kept || (active && !crowded && (command.verdict.obligations.reviews.length > 0 || lasting));
  const [was, setWas] = useState(byItself);
  if (was !== byItself) {
    setWas(byItself);
    setChosen(undefined);
  }
  const [details, setDetails] = useState(false);
  const rights = commandRights(command, me, role);
  const acts = useCommandActs(command, () => card.current?.focus({ preventScroll: true }));
  // Whoever is writing why it is rejected goes on when more commands come in above.
  const open = chosen ?? (byItself || wanted?.focus === true || acts.rejecting);
  const session = useSession();
  // What has been done says itself what it did; an undo's own text is the sentence.
  const foretold = command.state !== "succeeded" && command.undoOf === undefined;

  useEffect(() => {
    if (wanted === undefined) return;
    if (wanted.focus) setChosen(true);
    // Wait until it is drawn open.
    requestAnimationFrame(() => {
      const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      card.current?.scrollIntoView({ block: "nearest", behavior: still ? "instant" : "smooth" });
      if (wanted.focus) card.current?.focus({ preventScroll: true });
    });
  }, [wanted]);

  const press = (event: KeyboardEvent) => {
    if (event.target !== card.current || event.metaKey || event.ctrlKey || event.altKey) return;
    const act = { a: rights.review && acts.approve, r: rights.review && acts.startReject, h: rights.hold && acts.hold }[event.key];
    if (!act) return;
    event.preventDefault();
    // Nobody agrees to what they have not seen.
    if (open) act();
    else setChosen(true);
  };

  return (
    <article
      ref={card}
      id={`command-${command.id}`}
      tabIndex={0}
      aria-label={`${command.title}, ${command.state.replace("_", " ")}`}
      aria-keyshortcuts={rights.review ? "a r" : rights.hold ? "h" : undefined}
      data-state={command.state}
      onKeyDown={press}
      className={cn(
        "rounded-lg border bg-raise px-3 py-2.5 focus-visible:outline-offset-0",
        active && command.effect === "delete" ? "border-delete-line" : active && rights.review ? "border-modify-line" : "border-line",
        !active && "bg-panel",
      )}
    >
      <Head command={command} open={open} onToggle={active && byItself ? undefined : () => setChosen(!open)} />
      {open && (
        <div className="mt-2 flex flex-col gap-2">
          <UndoesLine command={command} />
          {foretold && <Consequence command={command} />}
          <FrozenText text={command.text} words={command.undoOf !== undefined} language={isPlan(command.impact) ? "kubectl" : "sql"} />
          <FrozenFiles command={command} toReview={rights.review} />
          {command.reason && <p className="border-l-2 border-line pl-2 text-xs text-dim">“{command.reason}”</p>}
          <Chips command={command} foretold={foretold} />
          {active && <Dangers command={command} />}
          {active && isPlan(command.impact) && <CommandPlan impact={command.impact} />}
          {active && <Reversibility command={command} />}
          {active && <Demands command={command} />}
          <Votes command={command} />
          <CommandOutcome command={command} />
          <UndoPart command={command} />
          <CommandActions command={command} rights={rights} acts={acts} />
          <div className="-mb-1 flex items-center">
            <Button variant="ghost" size="sm" className="-ml-2" aria-expanded={details} onClick={() => setDetails(!details)}>
              <ChevronDown className={cn("transition-transform", details && "rotate-180")} /> Impact and policy in full
            </Button>
            {command.documentId && (
              <Button
                variant="ghost"
                size="sm"
                className="ml-auto"
                onClick={() => session.show({ documentId: command.documentId, pane: "editor" })}
              >
                Open its document
              </Button>
            )}
          </div>
          {details && (
            <div className="-mx-3 -mb-2.5 overflow-x-auto">
              <ImpactDetails impact={command.impact} verdict={command.verdict} command={command} />
            </div>
          )}
        </div>
      )}
    </article>
  );
}

/** True once `now` has been true for longer than a command takes that one need not watch. */
function useLasting(now: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!now) return;
    const timer = setTimeout(() => setLasting(true), 1_000);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [now]);
  return lasting;
}

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

function Head({ command, open, onToggle }: { command: Command; open: boolean; onToggle: (() => void) | undefined }) {
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

/** `words`: it is told in words, not in the target's language. */
function FrozenText({ text, words, language }: { text: string; words: boolean; language: FrozenLanguage }) {
  const [whole, setWhole] = useState(false);
  const beginning = beginningOf(text);
  const lines = text.split("\n").length;
  return (
    <div>
      <div className={cn(whole && "max-h-[50vh] overflow-auto")}>
        {words ? (
          <p className="text-sm whitespace-pre-wrap wrap-anywhere">{whole || beginning === undefined ? text : beginning}</p>
        ) : (
          <FrozenCode text={whole || beginning === undefined ? text : beginning} language={language} />
        )}
      </div>
      {beginning !== undefined && (
        <Button variant="link" size="sm" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? "Show less" : lines > 1 ? `Show all ${count(lines)} lines` : `Show all ${count(text.length)} characters`}
        </Button>
      )}
    </div>
  );
}

/** What a reviewer must not overlook. Notes of less weight are in the details. */
function Dangers({ command }: { command: Command }) {
  return <AttentionList attentions={attentions(command.impact).filter(({ severity }) => severity === "fails" || severity === "danger")} />;
}

/** What a reviewer agrees to is for good, or not. */
function Reversibility({ command }: { command: Command }) {
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
function Demands({ command: { state, verdict, impact, maxRows } }: { command: Command }) {
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

const rowsOf = (value: number) => rowsInWords({ value, kind: "exact" });

/** What it comes to, before the text that does it: nobody should have to work that out from SQL. */
function Consequence({ command }: { command: Command }) {
  const { big, small } = impactSentence(command.impact);
  return (
    <p className="text-sm font-semibold wrap-anywhere" data-testid="consequence">
      {big}
      {small.length > 0 && <span className="block text-xs font-normal text-dim">{small.join(" · ")}</span>}
    </p>
  );
}

/** `foretold`: the sentence above has the rows. */
function Chips({ command, foretold }: { command: Command; foretold: boolean }) {
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
  const rowed = !isPlan(command.impact);
  const copy = async () => {
    await navigator.clipboard.writeText(command.digest);
    toast("The digest is copied.");
  };
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
          onClick={() => void copy()}
          aria-label={`Copy the digest ${shortDigest}`}
          className="inline-flex items-center gap-1 rounded-sm bg-unknown-soft px-1.5 py-px font-mono text-2xs text-dim hover:text-fg"
        >
          {shortDigest} <Copy aria-hidden="true" className="size-2.5" />
        </button>
      </Tooltip>
    </div>
  );
}

function Votes({ command }: { command: Command }) {
  const seats = isActive(command) ? openSeats(command) : [];
  // The outcome of a rejected command says who rejected it and why.
  const reviews = command.state === "rejected" ? command.reviews.filter(({ decision }) => decision === "approve") : command.reviews;
  if (reviews.length === 0 && seats.length === 0) return null;
  return (
    <ul aria-label="Reviews" className="flex flex-col gap-1 text-xs text-dim">
      {reviews.map(({ id, reviewer, decision, comment }) => (
        <li key={id} className="flex items-baseline gap-1.5">
          <span
            className={cn(
              "grid size-4 shrink-0 translate-y-0.5 place-items-center rounded-full",
              decision === "approve" ? "bg-read-soft text-read-text" : "bg-delete-soft text-delete-text",
            )}
          >
            {decision === "approve" ? <Check aria-hidden="true" className="size-2.5" /> : <X aria-hidden="true" className="size-2.5" />}
          </span>
          <span>
            <strong className="font-medium text-fg" title={reviewer.displayName}>
              {reviewer.name}
            </strong>{" "}
            {decision === "approve" ? "approved" : "rejected"}
            {comment && <>: “{comment}”</>}
          </span>
        </li>
      ))}
      {seats.map(({ group, open }) => (
        <li key={group} className="flex items-center gap-1.5">
          <span className="grid size-4 shrink-0 place-items-center rounded-full border border-dashed border-line-strong">
            <Hourglass aria-hidden="true" className="size-2" />
          </span>
          {open} more from {group}
        </li>
      ))}
    </ul>
  );
}
