import { CAPTURE_LIMITS } from "@interlock/connector";
import type { AnalysisContext } from "../analysis-context.ts";
import { ancestry, family, qualified } from "../catalog.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { forecastTriggers, type WriteEvent } from "../triggers.ts";
import type { Node } from "../tree.ts";
import { keepingStatement } from "./hidden-columns.ts";
import { undoPlan, type UndoPlan } from "./undo-plan.ts";

/** What the inverse of a write is, whose own triggers may get in its way. */
const INVERSE: Record<UndoPlan["event"], WriteEvent[]> = {
  insert: ["delete"],
  update: ["update"],
  delete: ["insert"],
  upsert: ["delete", "update"],
  merge: ["insert", "update", "delete"],
};

/**
 * Whether what a statement writes can be put back, said beforehand: `undo` all of it, `partial` what it and its keys write but not what
 * triggers write, `no` none. `reason` says why it is not all.
 */
export async function reversibility(
  context: AnalysisContext,
  type: string,
  body: Node,
  draft: DraftStatement,
): Promise<{ reversible: "undo" | "partial" | "no"; reason?: string }> {
  const no = (reason: string) => ({ reversible: "no" as const, reason });
  const planned = undoPlan(context.catalog, context.facts, type, body);
  if (!planned.ok) return no(planned.why);
  const { plan } = planned;
  if (keepingStatement(plan, context.catalog.version) === undefined) return no("the statement cannot be written with what it must return");
  if (draft.effect === "unknown" || ["schema", "privilege"].includes(draft.effect)) return no("what it does is not known well enough");
  const called = draft.sideEffects.find((item) => item.kind === "function" && !["read", "session"].includes(item.effect));
  if (called) return no(`${called.name} writes on its own`);
  const figures = [...draft.effects.filter((item) => item.effect !== "read"), ...draft.cascades].map((item) => item.rows);
  if (figures.some(({ kind }) => kind === "unknown" || kind === "capped")) return no("how many rows it writes is not known");
  if (figures.reduce((sum, { value }) => sum + value, 0) > CAPTURE_LIMITS.maxRows)
    return no(`it writes more than ${CAPTURE_LIMITS.maxRows} rows`);
  const missing = await missingRights(context, plan);
  if (missing !== undefined) return no(missing);
  const tables = new Set([...plan.reached.values()].map(({ relation }) => qualified(relation)));
  const writes = draft.sideEffects.filter((item) => item.kind === "trigger").flatMap((item) => item.writes ?? []);
  const own = writes.find(({ object }) => tables.has(object));
  if (own) return no(`a trigger writes to ${own.object} as well`);
  const triggers = draft.sideEffects.filter((item) => item.kind === "trigger" && item.effect !== "read");
  if (triggers.length > 0) return { reversible: "partial", reason: `what ${triggers[0]!.name} does stays, and happens again` };
  const again = alteringTrigger(context, plan);
  if (again !== undefined) return { reversible: "partial", reason: `${again} has triggers that may change rows as they are put back` };
  return { reversible: "undo" };
}

function alteringTrigger(context: AnalysisContext, plan: UndoPlan): string | undefined {
  const one = { value: 1, kind: "exact" } as const;
  for (const { relation } of plan.reached.values()) {
    const events: WriteEvent[] = relation.oid === plan.target.relation.oid ? INVERSE[plan.event] : ["insert", "update"];
    const kin = new Set([...ancestry(context.catalog, relation.oid), ...family(context.catalog, relation.oid)]);
    const before = context.catalog.triggers.find(
      (trigger) =>
        trigger.row && trigger.when === "before" && kin.has(trigger.table) && events.some((event) => trigger.events.includes(event)),
    );
    // What it makes of NEW is not followed.
    if (before) return qualified(relation);
    for (const event of events) {
      const forecast = forecastTriggers(context, relation.oid, event, one);
      if (forecast.alters || !forecast.complete || forecast.sideEffects.some((item) => item.kind === "trigger" && item.effect !== "read"))
        return qualified(relation);
    }
  }
  return undefined;
}

/** Keeping rows reads and locks them, putting them back writes them; a role that only may delete can do neither. */
async function missingRights({ session }: AnalysisContext, plan: UndoPlan): Promise<string | undefined> {
  const rights = ["SELECT", "INSERT", "UPDATE", "DELETE"].map((right) => `has_table_privilege(t.oid, '${right}')`).join(" AND ");
  const rows = await session.query(`SELECT t.oid::int8 AS oid, ${rights} AS all FROM unnest($1::oid[]) AS t(oid)`, [
    [...plan.reached.keys()],
  ]);
  const lacking = rows.find((row) => row.all !== true);
  const relation = lacking && plan.reached.get(Number(lacking.oid))?.relation;
  return relation && `the role may not read and write all of ${qualified(relation)}`;
}
