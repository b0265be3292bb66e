"use client";
import type { Command, ErrorCode } from "@interlock/protocol";
import { Ban, CircleCheck, CircleX, FlaskConical, HelpCircle, RefreshCw, Table2, Undo2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Spinner } from "../../components/ui/spinner.tsx";
import { count, duration } from "../impact/figures.ts";
import { newKey } from "../room/request-key.ts";
import { useNow, useRoom, useSession } from "../room/room-context.tsx";
import { ownFirst } from "./affected-rows.ts";
import { ConflictList, ObjectLines } from "./conflict-list.tsx";
import { isOfObjects } from "./undo-words.ts";
import { PlanOutcome } from "./plan-outcome.tsx";
import { planEnd, writeOutcomes, type WriteOutcome } from "./write-outcomes.ts";

/** What came of a command, or comes of it now. */
export function CommandOutcome({ command }: { command: Command }) {
  const { execution, state } = command;
  const outcomes = toldByRequest(command) ? writeOutcomes(command) : [];
  if (outcomes.length > 0) return <EndOfPlan command={command} outcomes={outcomes} />;
  const took = execution?.tookMs === undefined ? "" : ` in ${duration(execution.tookMs)}`;
  switch (state) {
    case "running":
      return <Running command={command} />;
    case "succeeded":
      if (command.dryRun === true) return <DryRunOutcome command={command} />;
      return (
        <Outcome icon={CircleCheck} tone="text-read-text" title={`Done${took}`}>
          <AffectedRows command={command} />
          <Notices notices={execution?.notices ?? []} />
          <ResultLinks command={command} />
        </Outcome>
      );
    case "failed":
      return (
        <Outcome icon={CircleX} tone="text-delete-text" title={endTitle("Failed", command)}>
          <Failure command={command} />
          <DriftList command={command} />
          {isOfObjects(command) && <AffectedRows command={command} />}
          <ConflictList conflicts={execution?.conflicts} conflictCount={execution?.conflictCount} />
          <Notices notices={execution?.notices ?? []} />
          <ResultLinks command={command} />
        </Outcome>
      );
    case "rolled_back":
      return (
        <Outcome icon={Undo2} tone="text-delete-text" title="Rolled back by the commit guard">
          <p>
            {command.dryRun === true
              ? "It would do more than was approved; being a dry run, it would have kept nothing anyway."
              : "It did more than was approved, so nothing of it was kept."}
          </p>
          {execution?.guard && (
            <table className="w-full text-left tabular-nums">
              <thead className="text-faint">
                <tr>
                  <th className="font-normal">table</th>
                  <th className="text-right font-normal">approved</th>
                  <th className="text-right font-normal">actual</th>
                </tr>
              </thead>
              <tbody>
                {execution.guard.map(({ object, approved, actual }) => (
                  <tr key={object}>
                    <td className="font-mono">{object}</td>
                    <td className="text-right">{count(approved)}</td>
                    <td className="text-right font-semibold text-delete-text">{count(actual)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Outcome>
      );
    case "unknown":
      return (
        <div
          role="alert"
          className="flex flex-col gap-1 rounded-md border border-delete-line bg-delete-soft px-2.5 py-2 text-xs text-delete-text"
        >
          <strong className="flex items-center gap-1.5 text-sm">
            <HelpCircle aria-hidden="true" className="size-4" /> Nobody knows whether this took effect
          </strong>
          <p>
            {command.effect === "read" || command.effect === "session" || command.dryRun === true
              ? "Interlock lost sight of it while it ran. It would have changed no data either way; it will not be tried again."
              : isOfObjects(command)
                ? "Interlock lost sight of it while it ran. Each request may have been done or not; none is sent again. Look at the cluster before you do anything else."
                : "Interlock lost sight of it while it ran. It may have been committed in full or not at all; it will not be tried again. Look at the target before you do anything else."}
          </p>
          {execution?.error && <p>{execution.error.message}</p>}
        </div>
      );
    case "cancelled":
      return (
        <Outcome icon={Ban} tone="text-dim" title={endTitle("Cancelled", command)}>
          {isOfObjects(command) && <AffectedRows command={command} />}
          <ResultLinks command={command} />
        </Outcome>
      );
    case "denied":
      return (
        <Outcome icon={Ban} tone="text-delete-text" title="Denied by policy">
          <p>{command.verdict.message || "No rule allows it."}</p>
          {command.verdict.rules.length > 0 && (
            <p>
              rule <code>{command.verdict.rules.join(", ")}</code>
            </p>
          )}
        </Outcome>
      );
    case "rejected":
      return <Rejected command={command} />;
    case "withdrawn":
      return <Outcome icon={Undo2} tone="text-dim" title="Withdrawn before it ran" />;
    case "expired":
      return <Outcome icon={Ban} tone="text-dim" title="Expired: nobody agreed in time" />;
    case "proposed":
    case "awaiting_review":
    case "approved":
      return null;
  }
}

/** Of a dry run, an undo and what was not begun there is something else to say. */
const toldByRequest = ({ dryRun, undoOf, execution }: Command): boolean =>
  dryRun !== true && undoOf === undefined && execution?.error?.code !== "targets_changed" && execution?.error?.code !== "undo_conflict";

const ENDS = {
  succeeded: { icon: CircleCheck, tone: "text-read-text" },
  cancelled: { icon: Ban, tone: "text-dim" },
  failed: { icon: CircleX, tone: "text-delete-text" },
} as const;

/** What a cluster was asked to do stays done, so it is told request by request. */
function EndOfPlan({ command, outcomes }: { command: Command; outcomes: readonly WriteOutcome[] }) {
  const { execution, state } = command;
  const { icon, tone } = ENDS[state === "succeeded" || state === "cancelled" ? state : "failed"];
  const took = execution?.tookMs === undefined ? "" : ` ${state === "succeeded" ? "in" : "after"} ${duration(execution.tookMs)}`;
  const told = outcomes.some(({ why }) => why !== undefined);
  return (
    <Outcome icon={icon} tone={tone} title={planEnd(outcomes) + took}>
      {state === "unknown" && (
        <p className="text-delete-text">Interlock lost sight of it while it ran. Look at the cluster before you do anything else.</p>
      )}
      {!told && <Failure command={command} />}
      <PlanOutcome outcomes={outcomes} />
      <Notices notices={execution?.notices ?? []} />
      <ResultLinks command={command} />
    </Outcome>
  );
}

function Rejected({ command }: { command: Command }) {
  const review = command.reviews.find(({ decision }) => decision === "reject");
  return (
    <Outcome icon={CircleX} tone="text-delete-text" title={`Rejected by ${review?.reviewer.name ?? "a reviewer"}`}>
      {review?.comment && <p className="border-l-2 border-delete-line pl-2 whitespace-pre-wrap text-fg wrap-anywhere">{review.comment}</p>}
    </Outcome>
  );
}

/** What a person must know first, of errors with a reason of their own. */
const REASONS: Partial<Record<ErrorCode, string>> = {
  statement_timeout: "Stopped at its time limit",
  targets_changed: "Nothing was done: things are not as they were when it was agreed to",
  undo_conflict: "Nothing was put back: rows were changed since",
  undo_lost: "Nothing was changed: what undo needs could not be kept",
  undo_unavailable: "Nothing was put back: it has been already, or what it needs is kept no longer",
};

/** Rows that were read before the end are still there; of writes nothing is. */
function endTitle(what: string, command: Command): string {
  const { effect, execution } = command;
  const reason = execution?.error && REASONS[execution.error.code];
  const took = execution?.tookMs === undefined ? "" : ` after ${duration(execution.tookMs)}`;
  if (reason !== undefined && reason.startsWith("Nothing")) return isOfObjects(command) ? reason.replace("rows", "objects") : reason;
  if (reason !== undefined) what = reason;
  if (effect !== "read" && effect !== "session") {
    // Objects are written one after the other: what was done before the end stays.
    const done = isOfObjects(command) ? (execution?.affected.length ?? 0) : 0;
    const all = command.impact.statements.length;
    if (done > 0) return `${what}${took}; ${count(done)} of ${count(all)} ${all === 1 ? "write was" : "writes were"} done and stay`;
    return `${what}${took}, nothing was ${isOfObjects(command) ? "changed" : "kept"}`;
  }
  const rows = execution?.results.some((result) => result.rows > 0) ?? false;
  return `${what}${took}${rows ? "; the rows that came first are here" : ""}`;
}

function Outcome({ icon: Icon, tone, title, children }: { icon: typeof Ban; tone: string; title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col gap-1.5 text-xs text-dim">
      <span className={cn("flex items-center gap-1.5 font-medium", tone)}>
        <Icon aria-hidden="true" className="size-3.5 shrink-0" /> {title}
      </span>
      {children}
    </div>
  );
}

function Running({ command }: { command: Command }) {
  const { execution } = command;
  const now = useNow(1_000);
  const rows = execution?.results.reduce((sum, result) => sum + result.rows, 0) ?? 0;
  const elapsed = execution ? Math.max(0, now - Date.parse(execution.startedAt)) : 0;
  return (
    <div className="flex flex-col gap-1.5 text-xs text-dim">
      <span className="flex items-center gap-1.5 font-medium text-accent-text" role="status">
        <Spinner className="text-accent" /> Running
        <span className="font-normal text-dim tabular-nums">
          {Math.floor(elapsed / 1_000)} s{rows > 0 && ` · ${count(rows)} rows`}
        </span>
      </span>
      <ResultLinks command={command} />
    </div>
  );
}

/** A dry run did everything and kept nothing, but what no rollback takes back. */
function DryRunOutcome({ command }: { command: Command }) {
  const { execution } = command;
  const took = execution?.tookMs === undefined ? "" : ` in ${duration(execution.tookMs)}`;
  const left = execution?.notTakenBack ?? [];
  return (
    <Outcome icon={FlaskConical} tone="text-accent-text" title="Dry run: nothing was changed">
      {isOfObjects(command) ? (
        <p>The cluster took a dry run of every request when it was planned; nothing has drifted since, and nothing was sent.</p>
      ) : (
        <>
          <p>It ran to its end{took} and was rolled back. It would have done this:</p>
          <AffectedRows command={command} />
        </>
      )}
      {left.length > 0 && (
        <div>
          <p>A rollback does not take back everything:</p>
          <ul className="ml-3.5 list-disc" data-testid="not-taken-back">
            {left.map((words) => (
              <li key={words} className="wrap-anywhere">
                {words}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Notices notices={execution?.notices ?? []} />
      <ResultLinks command={command} />
    </Outcome>
  );
}

/** Lines that are shown without scrolling. */
const MANY = 12;

function AffectedRows({ command }: { command: Command }) {
  const { own, beside } = ownFirst(command.impact, command.execution?.affected ?? []);
  const lines = [...own, ...beside];
  // Only of these the counters say everything: a TRUNCATE counts no rows.
  const counted = command.impact.statements.every(({ title }) => /^(INSERT|UPDATE|DELETE|MERGE)\b/.test(title));
  if (lines.length === 0) return counted && command.impact.statements.length > 0 ? <p>No row was changed.</p> : null;
  return (
    // What puts a namespace back has hundreds of them; it scrolls, so the keyboard must reach it.
    <ul
      {...(lines.length > MANY ? { tabIndex: 0, "aria-label": "What was written" } : {})}
      className={cn(
        "flex flex-col gap-0.5 tabular-nums",
        lines.length > MANY && "max-h-44 overflow-y-auto rounded-md border border-line p-1.5",
      )}
      data-testid="affected"
    >
      {lines.map(({ object, inserted, updated, deleted }) => (
        <li key={object} className="flex justify-between gap-2">
          <span className="truncate font-mono">{object}</span>
          <span className="shrink-0 text-fg">
            {[
              [inserted, "inserted"],
              [updated, "updated"],
              [deleted, "deleted"],
            ]
              .filter(([n]) => (n as number) > 0)
              .map(([n, what]) => `${count(n as number)} ${what}`)
              .join(", ")}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Failure({ command }: { command: Command }) {
  const error = command.execution?.error;
  // Of conflicts and drift the list says all.
  if (!error || error.code === "undo_conflict" || (error.code === "targets_changed" && command.execution?.drift !== undefined)) return null;
  return (
    <p className="rounded-md bg-delete-soft px-2 py-1.5 font-mono whitespace-pre-wrap text-delete-text wrap-anywhere" role="alert">
      {error.statement !== undefined && command.impact.statements.length > 1 && `Statement ${error.statement + 1}: `}
      {error.message}
    </p>
  );
}

/** What is not as it was when people agreed to it, and the way to a fresh agreement. */
function DriftList({ command }: { command: Command }) {
  const session = useSession();
  const mayAct = useRoom((state) => state.role !== "observer" && state.room?.open !== false);
  const live = useRoom((state) => state.link.phase === "live");
  const [busy, setBusy] = useState(false);
  if (command.execution?.error?.code !== "targets_changed") return null;
  const drift = command.execution.drift ?? [];
  const again = async () => {
    setBusy(true);
    const answer = await session.ask({ type: "command.again", key: newKey(), commandId: command.id });
    setBusy(false);
    if (answer.ok && typeof answer.value["commandId"] === "string") session.showCommand(answer.value["commandId"]);
  };
  return (
    <>
      {drift.length > 0 && (
        <div data-testid="drift">
          <ObjectLines
            label="What is not as it was when it was agreed to"
            lines={drift.map(({ object, why }) => ({ object, words: why }))}
          />
        </div>
      )}
      {mayAct && (
        <div className="flex flex-wrap items-center gap-2">
          <Button disabled={busy || !live} onClick={() => void again()}>
            <RefreshCw aria-hidden="true" /> Propose again
          </Button>
          <span>as things are now, for people to agree to anew</span>
        </div>
      )}
    </>
  );
}

/** Notices shown without asking. */
const FEW = 5;

function Notices({ notices }: { notices: readonly string[] }) {
  if (notices.length === 0) return null;
  return (
    <details open={notices.length <= FEW}>
      <summary className="cursor-pointer">
        {notices.length} {notices.length === 1 ? "notice" : "notices"} of the server
      </summary>
      <ul className="mt-1 flex flex-col gap-0.5 font-mono">
        {notices.map((notice, index) => (
          // Notices may repeat and keep their order
          <li key={index} className="wrap-anywhere">
            {notice}
          </li>
        ))}
      </ul>
    </details>
  );
}

function ResultLinks({ command }: { command: Command }) {
  const session = useSession();
  const { execution } = command;
  const mine = useRoom((state) => state.me?.id === command.proposer.id);
  if (!execution || execution.results.length === 0) return null;
  if (execution.private === true && !mine)
    return <p>Its result may hold values of Secrets; policy shows it to {command.proposer.name} alone.</p>;
  return (
    <div className="flex flex-wrap gap-1.5">
      {execution.results.map(({ statement, rows, columns }) => (
        <Button key={statement} size="sm" onClick={() => session.showResult(execution.id, statement)}>
          <Table2 aria-hidden="true" />
          {titleOf(columns, execution.results.length > 1 ? statement : undefined)}
          <span className="tabular-nums">{count(rows)}</span> {rows === 1 ? "row" : "rows"}
        </Button>
      ))}
    </div>
  );
}

function titleOf(columns: readonly { name: string }[], number: number | undefined): string {
  const name = resultName(columns) ?? (number === undefined ? undefined : `Result ${number + 1}`);
  return name === undefined ? "" : `${name}: `;
}

/** What a run of planned requests shows, by the columns that are its own. */
function resultName(columns: readonly { name: string }[]): string | undefined {
  const names = columns.map(({ name }) => name).join();
  if (names === "request,object,outcome") return "Requests";
  return names === "after,object,state" ? "What came of it" : undefined;
}
