import type { Effect } from "@interlock/protocol";
import type { DraftStatement } from "./draft-statement.ts";
import { isDefinition } from "./ddl/definitions.ts";

const LASTING: ReadonlySet<Effect> = new Set(["append", "modify", "delete", "schema"]);

/** Definitions that a standby carries out: they write no row and no catalogue (`ClassifyUtilityCommandAsReadOnly` in utility.c). */
const CARRIED_OUT: ReadonlySet<string> = new Set(["AlterSystemStmt", "CheckPointStmt", "LoadStmt"]);

/** A standby refuses every statement that writes rows or definitions, whatever it would match (`PreventCommandIfReadOnly` in utility.c). */
export function refuseOnStandby(type: string, draft: DraftStatement): void {
  if (CARRIED_OUT.has(type)) return;
  const defines = isDefinition(type) && (LASTING.has(draft.effect) || draft.effect === "privilege");
  const target = draft.effects.find(({ effect }) => LASTING.has(effect));
  if (!defines && target === undefined) return;
  draft.willFail.push({ code: "25006", reason: "This server is a standby: it takes no writes" });
}
