import { setTimeout as pause } from "node:timers/promises";
import { ok, refuse } from "@interlock/protocol";
import type { Claimed } from "./claim.ts";
import type { Life } from "./command-parts.ts";
import { impactOf, type ExecutionSummary } from "./command-row.ts";
import type { Ending } from "./execute.ts";
import { exitFact, hostFact } from "./host-runs.ts";
import { change, durably } from "./transition.ts";

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/**
 * Writes how a run ended, with its audit event. While that cannot be written it is tried again, and the command is shown as running; it is
 * never run again. If the service ends first, recovery finds it running and says `unknown`.
 */
export async function settle(life: Life, claimed: Claimed, ending: Ending): Promise<void> {
  for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
    const written = await write(life, claimed, ending);
    // An outcome that is not known may have been a commit; everything else that did not succeed has nothing to put back.
    if (written.ok && ending.state !== "succeeded" && ending.state !== "unknown")
      await life.undo.drop(claimed.row.id, ending.execution.affected.length > 0);
    if (written.ok || written.code !== "audit_unavailable") break;
    if (life.stopping.aborted) throw new Error("the outcome of a run could not be written before the service stopped");
    // It rejects only when the service stops, which the loop asks about itself after one last try.
    await pause(wait, undefined, { signal: life.stopping }).catch(() => undefined);
  }
}

function write(life: Life, { row, executionId }: Claimed, { state, execution, stopped }: Ending) {
  const {
    affected,
    notices,
    results,
    tookMs,
    error,
    guard,
    conflicts,
    conflictCount,
    drift,
    exit,
    hosts,
    notTakenBack,
    private: own,
    tokens,
  } = execution;
  const summary: ExecutionSummary = {
    affected,
    notices,
    results,
    ...(tookMs === undefined ? {} : { tookMs }),
    ...(error === undefined ? {} : { error }),
    ...(exit === undefined ? {} : { exit }),
    ...(hosts === undefined ? {} : { hosts }),
    ...(guard === undefined ? {} : { guard }),
    ...(conflicts === undefined ? {} : { conflicts, conflictCount }),
    ...(drift === undefined ? {} : { drift }),
    ...(own === undefined ? {} : { private: own }),
    ...(notTakenBack === undefined ? {} : { notTakenBack }),
    ...(tokens === undefined ? {} : { tokens }),
  };
  return durably<undefined>(life, async (tx) => {
    await tx.execution.update({ where: { id: executionId }, data: { summary, endedAt: new Date(execution.endedAt ?? Date.now()) } });
    const events = await change(tx, row, {
      from: ["running"],
      data: { state },
      facts: [
        {
          type: `command.${state}`,
          actor: stopped !== undefined && "by" in stopped ? stopped.by : "system",
          data: {
            title: row.title,
            executionId,
            ...(stopped !== undefined && "why" in stopped ? { why: stopped.why } : {}),
            tookMs: tookMs ?? 0,
            affected: affected.map(({ object, inserted, updated, deleted }) => ({ object, inserted, updated, deleted })),
            rows: results.map((result) => result.rows),
            ...(error === undefined ? {} : { code: error.code }),
            ...exitFact(exit),
            ...(hosts === undefined ? {} : { hosts: hosts.map(hostFact) }),
            ...(guard === undefined ? {} : { guard }),
            ...(row.dryRun ? { dryRun: true } : {}),
            ...(row.undoOfId === null ? {} : { undoOf: row.undoOfId }),
            ...(conflictCount === undefined ? {} : { conflicts: conflictCount }),
            ...(drift === undefined ? {} : { drift: drift.slice(0, 20).map(({ object }) => object) }),
            ...(impactOf(row).statements.some(({ request }) => request !== undefined) ? { unit: "objects" } : {}),
          },
        },
      ],
    });
    // Somebody settled it already, e.g. recovery of another process; its word stands.
    return events === undefined ? refuse("wrong_state") : ok({ value: undefined, events });
  });
}
