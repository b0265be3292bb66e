import { TargetError } from "@interlock/connector";
import { ok, refuse, type Outcome, type Principal } from "@interlock/protocol";
import type { Life } from "./command-parts.ts";
import { leavesUndo, readRow } from "./command-row.ts";
import { COUNTING_MS, PLAN_MS } from "./foresight.ts";
import { maskedText } from "./masked-text.ts";
import { actingRole, humans } from "./people.ts";
import type { Proposal } from "./proposal.ts";

export interface UndoRequested {
  principal: Principal;
  commandId: string;
  reason?: string;
  /** Most rows per table where a figure is not exact. */
  maxRows?: number;
  dryRun?: boolean;
  /** What was changed since is left as it is, and the rest is put back. */
  rest?: boolean;
  key?: string;
}

/**
 * The proposal that puts back what a command changed. From there it goes the way of every command: judged by policy, sealed, reviewed by
 * somebody else, run once.
 */
export async function undoProposal(life: Life, { commandId, rest, ...asked }: UndoRequested): Promise<Outcome<Proposal>> {
  const row = await readRow(life.db, commandId);
  if (row === null) return refuse("not_found");
  const person = (await humans(life.db, [asked.principal.id])).get(asked.principal.id);
  if (person === undefined) return refuse("forbidden");
  if ((await actingRole(life.db, row.roomId, person)) === "observer") return refuse("observer");
  if (!leavesUndo(row.state, row.undo?.partly === true))
    return refuse("undo_unavailable", `It is ${row.state}; only what was done can be put back.`);
  if (row.undoneBy.length > 0) return refuse("undo_unavailable", "It was put back already.");
  const kept = await life.undo.open(commandId);
  if (kept === undefined)
    return refuse("undo_unavailable", row.undo === null ? "What it changed was not kept." : "What it changed is kept no longer.");
  try {
    const target = await life.connections.target(row.connectionId);
    if (target.foreseeUndo === undefined) return refuse("undo_unavailable", "Its connector cannot put anything back.");
    const signal = AbortSignal.timeout(PLAN_MS);
    const options = { signal, exact: true, countingMs: COUNTING_MS, ...(rest === undefined ? {} : { rest }) };
    const { impact, resolution, work, text } = await target.foreseeUndo(kept.image, options);
    return ok({
      ...asked,
      roomId: row.roomId,
      connectionId: row.connectionId,
      text: text ?? impact.statements.map((statement) => statement.text).join("\n"),
      authors: [asked.principal.id],
      undo: { of: commandId, digest: kept.digest, impact, resolution, ...(work === undefined ? {} : { work }) },
    });
  } catch (error) {
    // Its words are of the target: they are masked like those of a run.
    const quotes = life.connections.connector(row.connection.connector)?.quotes ?? "values";
    if (error instanceof TargetError) return refuse(error.code, maskedText(error.message, { written: row.text, quotes }));
    throw error;
  }
}
