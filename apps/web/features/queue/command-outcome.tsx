"use client";
import type { Command } from "@interlock/protocol";
import { FlaskConical, Ban, CircleCheck, CircleX, HelpCircle, Undo2 } from "lucide-react";
import { count, duration } from "../impact/figures.ts";
import { exitWords } from "../hosts/exit-words.ts";
import { isScript } from "../hosts/script-words.ts";
import { ConflictList } from "./conflict-list.tsx";
import { DriftList } from "./drift-list.tsx";
import { endTitle } from "./end-title.ts";
import { Outcome, AffectedRows, Failure, Notices } from "./outcome-parts.tsx";
import { PlanOutcome } from "./plan-outcome.tsx";
import { ResultLinks } from "./result-links.tsx";
import { RunningOutcome } from "./running-outcome.tsx";
import { isOfObjects } from "./undo-words.ts";
import { planEnd, writeOutcomes, type WriteOutcome } from "./write-outcomes.ts";

/** What came of a command, or comes of it now. */
export function CommandOutcome({ command }: { command: Command }) {
  const { execution, state } = command;
  const outcomes = toldByRequest(command) ? writeOutcomes(command) : [];
  if (outcomes.length > 0) return <EndOfPlan command={command} outcomes={outcomes} />;
  const took = execution?.tookMs === undefined ? "" : ` in ${duration(execution.tookMs)}`;
  switch (state) {
    case "running":
      return <RunningOutcome command={command} />;
    case "succeeded":
      if (command.dryRun === true) return <DryRunOutcome command={command} />;
      return (
        <Outcome icon={CircleCheck} tone="text-read-text" title={`Done${took}${exitWords(execution?.exit)}`}>
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
              : isScript(command.impact)
                ? "Interlock lost sight of it while it ran. Its lines may have run in part or in full, and may still run; it will not be tried again. Look at the host before you do anything else."
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
  unknown: { icon: HelpCircle, tone: "text-delete-text" },
} as const;

const WHEN = { succeeded: " in", failed: " after", unknown: "; it ended after" };

/** What a cluster was asked to do stays done, so it is told request by request. */
function EndOfPlan({ command, outcomes }: { command: Command; outcomes: readonly WriteOutcome[] }) {
  const { execution, state } = command;
  const { icon, tone } = ENDS[state === "succeeded" || state === "cancelled" || state === "unknown" ? state : "failed"];
  const took =
    execution?.tookMs === undefined
      ? ""
      : `${WHEN[state === "succeeded" || state === "unknown" ? state : "failed"]} ${duration(execution.tookMs)}`;
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
