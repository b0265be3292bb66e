import type { Command, Statement } from "@interlock/protocol";
import { plannedWrites } from "../plan/plan-objects.ts";

/** What came of one request of a plan. */
export interface WriteOutcome {
  write: Statement;
  state: "done" | "failed" | "unknown" | "not_sent";
  /** Why it is not done. */
  why?: string;
}

/**
 * Requests are sent in order and each once, up to the first that fails: those that were done are the first ones, and what is said against
 * the run is of the next. Empty for a command that planned none, until it has ended, and where nobody knows how far it came.
 */
export function writeOutcomes({ impact, execution, state }: Pick<Command, "impact" | "execution" | "state">): WriteOutcome[] {
  if (execution === undefined || state === "running") return [];
  const done = execution.affected.length;
  const { error } = execution;
  // What was done is written down when a run ends: of one that Interlock lost, nothing being there says nothing.
  if (state === "unknown" && error?.statement === undefined) return [];
  return plannedWrites(impact).map((write, index) => {
    if (index < done || state === "succeeded") return { write, state: "done" };
    if (index > done || error?.statement === undefined) return { write, state: "not_sent" };
    return { write, state: state === "unknown" ? "unknown" : "failed", why: error.message };
  });
}

/** `Done`, `Stopped after 2 of 5 requests`, `Nothing was done`; `2 of 5 requests done, 1 not known` where an answer never came. */
export function planEnd(outcomes: readonly WriteOutcome[]): string {
  const done = outcomes.filter(({ state }) => state === "done").length;
  if (done === outcomes.length) return "Done";
  const unknown = outcomes.filter(({ state }) => state === "unknown").length;
  if (unknown > 0) return `${done} of ${outcomes.length} ${outcomes.length === 1 ? "request" : "requests"} done, ${unknown} not known`;
  return done === 0 ? "Nothing was done" : `Stopped after ${done} of ${outcomes.length} requests`;
}
