import type { Command, ErrorCode } from "@interlock/protocol";
import { count, duration } from "../impact/figures.ts";
import { exitWords } from "../hosts/exit-words.ts";
import { isScript } from "../hosts/script-words.ts";
import { isOfObjects } from "./undo-words.ts";

/** What a person must know first, of errors with a reason of their own. */
const REASONS: Partial<Record<ErrorCode, string>> = {
  statement_timeout: "Stopped at its time limit",
  targets_changed: "Nothing was done: things are not as they were when it was agreed to",
  undo_conflict: "Nothing was put back: rows were changed since",
  undo_lost: "Nothing was changed: what undo needs could not be kept",
  undo_unavailable: "Nothing was put back: it has been already, or what it needs is kept no longer",
};

/** Rows that were read before the end are still there; of writes nothing is. */
export function endTitle(what: string, command: Command): string {
  const { effect, execution } = command;
  const reason = execution?.error && REASONS[execution.error.code];
  const took = execution?.tookMs === undefined ? "" : ` after ${duration(execution.tookMs)}`;
  if (reason !== undefined && reason.startsWith("Nothing")) return isOfObjects(command) ? reason.replace("rows", "objects") : reason;
  if (reason !== undefined) what = reason;
  if (isScript(command.impact)) return `${what}${took}${exitWords(execution?.exit)}${stays(command)}`;
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

/** A host has no transaction: what a script did before its end is done. Where nothing began there is nothing of the kind. */
function stays({ effect, execution, hosts }: Command): string {
  const begun = hosts
    ? execution?.hosts?.some(({ startedAt }) => startedAt !== undefined)
    : execution?.exit !== undefined || execution?.results.length;
  return effect === "read" || !begun ? "" : "; what it did before stays";
}
