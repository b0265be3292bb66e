import { TargetError } from "@interlock/connector";
import { ok, refuse, type Outcome, type Principal } from "@interlock/protocol";
import { ANALYSIS_MS, type Life } from "./command-parts.ts";
import { readRow } from "./command-row.ts";
import { COUNTING_MS, refusalOf } from "./foresight.ts";
import { actingRole, humans } from "./people.ts";
import type { Proposal } from "./proposal.ts";

export interface UndoRequested {
  principal: Principal;
  commandId: string;
  reason?: string;
  /** Most rows per table where a figure is not exact. */
  maxRows?: number;
  dryRun?: boolean;
  key?: string;
}

/**
 * The proposal that puts back what a command changed. From there it goes the way of every command: judged by policy, sealed, reviewed by
 * somebody else, run once.
 */
export async function undoProposal(life: Life, { commandId, ...asked }: UndoRequested): Promise<Outcome<Proposal>> {
  const row = await readRow(life.db, commandId);
  if (row === null) return refuse("not_found");
  const person = (await humans(life.db, [asked.principal.id])).get(asked.principal.id);
  if (person === undefined) return refuse("forbidden");
  if ((await actingRole(life.db, row.roomId, person)) === "observer") return refuse("observer");
  if (row.state !== "succeeded") return refuse("undo_unavailable", `It is ${row.state}; only what succeeded can be put back.`);
  if (row.undoneBy.length > 0) return refuse("undo_unavailable", "It was put back already.");
  const kept = await life.undo.open(commandId);
  if (kept === undefined) return refuse("undo_unavailable", row.undo === null ? "Its rows were not kept." : "Its rows are kept no longer.");
  try {
    const target = await life.connections.target(row.connectionId);
    if (target.foreseeUndo === undefined) return refuse("undo_unavailable", "Its connector cannot put rows back.");
    const signal = AbortSignal.timeout(ANALYSIS_MS);
    const { impact, resolution } = await target.foreseeUndo(kept.image, { signal, exact: true, countingMs: COUNTING_MS });
    return ok({
      ...asked,
      roomId: row.roomId,
      connectionId: row.connectionId,
      text: impact.statements.map((statement) => statement.text).join("\n"),
      authors: [asked.principal.id],
      undo: { of: commandId, digest: kept.digest, impact, resolution },
    });
  } catch (error) {
    if (error instanceof TargetError) return refusalOf(error);
    throw error;
  }
}
