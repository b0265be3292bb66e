import { CAPTURE_LIMITS, TargetError, type ExecuteOutcome, type ExecuteSink, type Target, type UndoRequest } from "@interlock/connector";
import { maskRules } from "@interlock/policy";
import { LIMITS, type Execution, type Impact } from "@interlock/protocol";
import { accessOf, guardOf } from "./approved-writes.ts";
import type { Claimed } from "./claim.ts";
import { FOLLOW_MS, TIMEOUT_MS, type Life } from "./command-parts.ts";
import { impactOf } from "./command-row.ts";
import { resolutionOf } from "./envelope.ts";
import { asCommandFiles } from "./files.ts";
import { maskedConflict } from "./masked-conflict.ts";
import { maskedText, type Said } from "./masked-text.ts";
import { putFile } from "../files/put-file.ts";
import type { Run, Stop } from "./runs.ts";
import { takeToken } from "../token/issued-tokens.ts";
import type { MaskDemands } from "../result/result-service.ts";
import { isPrivate, ShownSecrets } from "./shown-secrets.ts";

/** How a run ended, masked, ready to be stored and shown. */
export interface Ending {
  state: ExecuteOutcome["state"];
  execution: Execution;
  /** Whose word stopped it, when that is how it ended. */
  stopped?: Stop;
}

type RunLimits = Omit<UndoRequest, "guard">;

/** The one run. Resolves for every ending; what cannot be known is `unknown`, never guessed and never run again (I5). */
export async function execute(life: Life, claimed: Claimed, run: Run): Promise<Ending> {
  const { row, envelope, verdict } = claimed;
  const { obligations } = verdict;
  const impact = impactOf(row);
  const access = accessOf(impact);
  const guard = guardOf(impact, obligations.guard, envelope.approved);
  const { masks, said, following } = showing(life, claimed);
  const recording = life.results.record(run, { masks, said, following });
  let outcome: ExecuteOutcome;
  try {
    const [target, proposer] = await Promise.all([life.connections.target(row.connectionId), proposerName(life, row.proposerId)]);
    const limits = {
      timeoutMs: obligations.timeoutMs ?? (following.size > 0 ? FOLLOW_MS : TIMEOUT_MS),
      applicationName: `interlock:${proposer}`,
      dryRun: envelope.dryRun,
    };
    const work = await life.work.open(row.id);
    if (envelope.upload !== undefined) outcome = await putFile(life, target, envelope.upload, run.signal);
    else if (envelope.undo !== null) {
      const made = work === undefined ? {} : { work: { bytes: work, resolution: resolutionOf(envelope) } };
      outcome = await putBack(life, target, claimed, { ...limits, ...made }, run.signal, recording.sink);
    } else {
      const files = asCommandFiles(claimed.files);
      const shown = isPrivate(row, verdict)
        ? new ShownSecrets(life, { row, connection: row.connection.name, proposer, patterns: obligations.secrets ?? [] })
        : undefined;
      if (shown !== undefined) run.execution.private = true;
      outcome = await target.execute(
        {
          ...limits,
          ...(work === undefined ? {} : { work }),
          text: envelope.text,
          ...(files === undefined ? {} : { files }),
          resolution: resolutionOf(envelope),
          access,
          ...(guard === undefined ? {} : { guard }),
          ...(isReversible(impact, work !== undefined) && !envelope.dryRun ? { capture: CAPTURE_LIMITS } : {}),
          ...(shown === undefined ? {} : { showSecret: shown.show }),
          rowCap: Math.min(obligations.rowCap ?? LIMITS.resultRows, LIMITS.resultRows),
        },
        {
          ...(shown?.audited(recording.sink) ?? recording.sink),
          captured: (image) => life.undo.keep(row.id, image),
          issued: (token) => takeToken(life, { row, run, proposer }, token),
        },
        run.signal,
      );
      await shown?.written();
    }
  } catch (error) {
    outcome = faultOf(error, access);
    life.log.error({ err: error, commandId: row.id }, "a run ended with a fault");
  } finally {
    // However it ended: a run that failed may have written something first.
    if (access === "write") life.reads.changed(row.connectionId);
    await recording.close();
  }
  return endingOf(run, outcome, claimed.startedAt, said, masks.columns);
}

/** How what a run tells is shown: what is masked, whose words are known, and which statements go on until they are stopped. */
export function showing(
  life: Pick<Life, "policy" | "connections">,
  { row, envelope, verdict: { obligations } }: Claimed,
): { masks: MaskDemands; said: Said; following: ReadonlySet<number> } {
  const rules = maskRules(life.policy.current);
  const connector = life.connections.connector(row.connection.connector);
  const statements = envelope.undo === null ? (connector?.parse(envelope.text).statements ?? []) : [];
  return {
    masks: {
      columns: [...rules.columns, ...obligations.masks.filter((mask) => mask.includes("."))],
      detectors: [...rules.detectors, ...obligations.masks.filter((mask) => !mask.includes("."))],
    },
    said: { written: envelope.text, quotes: connector?.quotes ?? "values" },
    following: new Set(statements.flatMap(({ index, follows }) => (follows === true ? [index] : []))),
  };
}

/**
 * Whether the target said beforehand that its writes can be put back; then what that needs is kept, or nothing is written. In a transaction
 * all of them, since one that cannot keeps the rows of none; of requests that were planned each stands by itself.
 */
const isReversible = (impact: Impact, planned: boolean): boolean =>
  impact.statements.some(({ reversible }) => reversible !== "no") &&
  (planned || impact.statements.every(({ effect, reversible }) => effect === "read" || effect === "session" || reversible !== "no"));

/** Several undos of one run may have been proposed and agreed to; the one that began first is the one that runs. */
async function isPutBack(life: Life, { row, startedAt }: Claimed): Promise<boolean> {
  const first = await life.db.command.findFirst({
    where: {
      undoOfId: row.undoOfId,
      dryRun: false,
      id: { not: row.id },
      OR: [{ state: "succeeded" }, { state: "running", execution: { startedAt: { lte: startedAt } } }],
    },
    select: { id: true },
  });
  return first !== null;
}

async function putBack(
  life: Life,
  target: Target,
  claimed: Claimed,
  limits: RunLimits,
  signal: AbortSignal,
  sink: ExecuteSink,
): Promise<ExecuteOutcome> {
  const { undo, approved } = claimed.envelope;
  const kept = await life.undo.open(undo!.of).catch((error: unknown) => {
    life.log.error({ err: error, commandId: undo!.of }, "the rows kept of a command could not be read");
    return undefined;
  });
  if (await isPutBack(life, claimed)) throw new TargetError("undo_unavailable", "another command has put it back, or is about to");
  if (kept === undefined || kept.digest !== undo!.digest || target.undo === undefined)
    throw new TargetError("undo_unavailable", "the rows that were agreed to are kept no longer");
  return target.undo(kept.image, { ...limits, guard: { approved: [...approved] } }, signal, sink);
}

/** A write whose session was lost may have been committed; a read changed nothing either way. */
export function faultOf(error: unknown, access: "read" | "write"): ExecuteOutcome {
  const known = error instanceof TargetError;
  const code = known ? error.code : "internal";
  const before =
    known &&
    (error.code === "target_down" ||
      error.code === "targets_changed" ||
      error.code === "unknown_connection" ||
      error.code === "undo_lost" ||
      error.code === "undo_unavailable");
  const state = before || access === "read" ? "failed" : "unknown";
  return { state, affected: [], error: { code, message: known ? error.message : "Interlock failed while it ran." } };
}

export function endingOf(run: Run, outcome: ExecuteOutcome, startedAt: Date, said: Said, masked: readonly string[]): Ending {
  const { execution, fault } = run;
  const endedAt = new Date();
  // A fault of ours stops the run; what the target reports then is only the echo of that.
  const state = fault !== undefined && outcome.state === "cancelled" ? "failed" : outcome.state;
  const error = fault !== undefined && outcome.state !== "succeeded" ? fault : outcome.error;
  execution.affected = outcome.affected;
  execution.endedAt = endedAt.toISOString();
  execution.tookMs = endedAt.getTime() - startedAt.getTime();
  if (error !== undefined) execution.error = { ...error, message: maskedText(error.message, said) };
  if (outcome.exit !== undefined) execution.exit = outcome.exit;
  if (outcome.guard !== undefined) execution.guard = outcome.guard;
  if (outcome.notTakenBack !== undefined) execution.notTakenBack = outcome.notTakenBack;
  if (outcome.drift !== undefined) execution.drift = outcome.drift.map(({ object, why }) => ({ object, why: maskedText(why, said) }));
  if (outcome.conflicts !== undefined) {
    execution.conflicts = outcome.conflicts.map((conflict) => maskedConflict(conflict, masked, said));
    execution.conflictCount = outcome.conflictCount ?? outcome.conflicts.length;
  }
  return { state, execution, ...(state === "cancelled" && run.stopped !== undefined ? { stopped: run.stopped } : {}) };
}

export async function proposerName(life: Life, id: string): Promise<string> {
  const user = await life.db.user.findUnique({ where: { id }, select: { name: true } });
  return user?.name ?? "unknown";
}
