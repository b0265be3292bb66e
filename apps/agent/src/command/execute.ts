import { TargetError, type ExecuteOutcome } from "@interlock/connector";
import { maskRules } from "@interlock/policy";
import { LIMITS, type Execution } from "@interlock/protocol";
import { accessOf, guardOf } from "./approved-writes.ts";
import type { Claimed } from "./claim.ts";
import { TIMEOUT_MS, type Life } from "./command-parts.ts";
import { impactOf } from "./command-row.ts";
import { resolutionOf } from "./envelope.ts";
import { maskedText } from "./masked-text.ts";
import type { Run, Stop } from "./runs.ts";

/** How a run ended, masked, ready to be stored and shown. */
export interface Ending {
  state: ExecuteOutcome["state"];
  execution: Execution;
  /** Whose word stopped it, when that is how it ended. */
  stopped?: Stop;
}

/** The one run. Resolves for every ending; what cannot be known is `unknown`, never guessed and never run again (I5). */
export async function execute(life: Life, claimed: Claimed, run: Run): Promise<Ending> {
  const { row, envelope, verdict } = claimed;
  const { obligations } = verdict;
  const impact = impactOf(row);
  const access = accessOf(impact);
  const guard = guardOf(impact, obligations.guard, envelope.approved);
  const rules = maskRules(life.policy.current);
  const masks = {
    columns: [...rules.columns, ...obligations.masks.filter((mask) => mask.includes("."))],
    detectors: [...rules.detectors, ...obligations.masks.filter((mask) => !mask.includes("."))],
  };
  const recording = life.results.record(run, masks, envelope.text);
  let outcome: ExecuteOutcome;
  try {
    const [target, proposer] = await Promise.all([life.connections.target(row.connectionId), proposerName(life, row.proposerId)]);
    outcome = await target.execute(
      {
        text: envelope.text,
        resolution: resolutionOf(envelope),
        access,
        ...(guard === undefined ? {} : { guard }),
        timeoutMs: obligations.timeoutMs ?? TIMEOUT_MS,
        rowCap: Math.min(obligations.rowCap ?? LIMITS.resultRows, LIMITS.resultRows),
        applicationName: `interlock:${proposer}`,
      },
      recording.sink,
      run.signal,
    );
  } catch (error) {
    outcome = faultOf(error, access);
    life.log.error({ err: error, commandId: row.id }, "a run ended with a fault");
  } finally {
    await recording.close();
  }
  return endingOf(run, outcome, claimed.startedAt, envelope.text);
}

/** A write whose session was lost may have been committed; a read changed nothing either way. */
function faultOf(error: unknown, access: "read" | "write"): ExecuteOutcome {
  const known = error instanceof TargetError;
  const code = known ? error.code : "internal";
  const before = known && (error.code === "target_down" || error.code === "targets_changed" || error.code === "unknown_connection");
  const state = before || access === "read" ? "failed" : "unknown";
  return { state, affected: [], error: { code, message: known ? error.message : "Interlock failed while it ran." } };
}

function endingOf(run: Run, outcome: ExecuteOutcome, startedAt: Date, written: string): Ending {
  const { execution, fault } = run;
  const endedAt = new Date();
  // A fault of ours stops the run; what the target reports then is only the echo of that.
  const state = fault !== undefined && outcome.state === "cancelled" ? "failed" : outcome.state;
  const error = fault !== undefined && outcome.state !== "succeeded" ? fault : outcome.error;
  execution.affected = outcome.affected;
  execution.endedAt = endedAt.toISOString();
  execution.tookMs = endedAt.getTime() - startedAt.getTime();
  if (error !== undefined) execution.error = { ...error, message: maskedText(error.message, written) };
  if (outcome.guard !== undefined) execution.guard = outcome.guard;
  return { state, execution, ...(state === "cancelled" && run.stopped !== undefined ? { stopped: run.stopped } : {}) };
}

async function proposerName(life: Life, id: string): Promise<string> {
  const user = await life.db.user.findUnique({ where: { id }, select: { name: true } });
  return user?.name ?? "unknown";
}
