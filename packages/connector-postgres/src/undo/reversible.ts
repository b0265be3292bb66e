import { CAPTURE_LIMITS } from "@interlock/connector";
import type { SideEffect } from "@interlock/protocol";
import type { AnalysisContext } from "../analysis-context.ts";
import { qualified } from "../catalog.ts";
import type { Catalog, CatalogTrigger } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { deleteClosure, keysTo } from "../closure.ts";
import { plpgsqlTree, TRIGGER_SIGNATURE } from "../plpgsql.ts";
import { assignedColumnsOfNew } from "../trigger-body.ts";
import { forecastTriggers, type WriteEvent } from "../triggers.ts";
import type { Node } from "../tree.ts";
import { keepingStatement } from "./hidden-columns.ts";
import { kinOf, undoPlan, type UndoPlan } from "./undo-plan.ts";

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
    return no(`it writes more than ${CAPTURE_LIMITS.maxRows.toLocaleString("en")} rows`);
  const missing = await missingRights(context, plan);
  if (missing !== undefined) return no(missing);
  const tables = new Set(
    [...plan.reached.keys()].flatMap((oid) =>
      [...kinOf(context.catalog, oid)].map((kin) => qualified(context.catalog.relations.get(kin)!)),
    ),
  );
  const triggers = draft.sideEffects.filter((item) => item.kind === "trigger" && item.effect !== "read");
  const writes = [...draft.sideEffects, ...inverseTriggers(context, plan)].flatMap((item) => item.writes ?? []);
  const own = writes.find(({ object }) => passedOn(context.catalog, object).some((name) => tables.has(name)));
  if (own) return no(`a trigger writes to ${own.object} as well`);
  if (inverseTriggers(context, plan).some((item) => item.effect === "unknown"))
    return no("what triggers do as rows are put back is not known");
  const dropping = droppingTrigger(context, plan);
  if (dropping !== undefined) return no(`a trigger on ${dropping} may keep rows from being written`);
  let anew: string | undefined;
  for (const { trigger, columns } of alteringTriggers(context.catalog, plan)) {
    if (columns === undefined) return no(`trigger ${trigger.name} may make any row of what is put back`);
    const needed = connecting(context.catalog, trigger.table).find((name) => columns.has(name));
    if (needed !== undefined) return no(`trigger ${trigger.name} sets ${needed}, by which rows are found or refer to each other`);
    if (columns.size > 0) anew ??= `trigger ${trigger.name} sets ${[...columns].join(", ")} anew as rows are put back`;
  }
  if (triggers.length > 0) return { reversible: "partial", reason: `what ${triggers[0]!.name} does stays, and happens again` };
  const again = inverseTriggers(context, plan).find((item) => item.effect !== "read");
  if (again) return { reversible: "partial", reason: `putting rows back sets off ${again.name}` };
  if (anew !== undefined) return { reversible: "partial", reason: anew };
  return { reversible: "undo" };
}

/** A table and every table whose rows change with its own, through foreign keys. */
function passedOn(catalog: Catalog, object: string): string[] {
  const first = catalog.byName.get(object);
  if (!first) return [object];
  const reached = [first.oid];
  for (let i = 0; i < reached.length; i++)
    for (const { child, onDelete, onUpdate } of keysTo(catalog, reached[i]!))
      if (("cnd".includes(onDelete) || "cnd".includes(onUpdate)) && !reached.includes(child)) reached.push(child);
  return reached.map((oid) => qualified(catalog.relations.get(oid)!));
}

/** What triggers do while the rows are put back. */
function inverseTriggers(context: AnalysisContext, plan: UndoPlan): SideEffect[] {
  const one = { value: 1, kind: "exact" } as const;
  return inverseEvents(context.catalog, plan).flatMap(({ table, events }) =>
    events.flatMap((event) => {
      const forecast = forecastTriggers(context, table, event, one);
      const unknown: SideEffect[] = forecast.complete ? [] : [{ kind: "trigger", name: "a trigger", effect: "unknown" }];
      return [...forecast.sideEffects.filter((item) => item.kind === "trigger"), ...unknown];
    }),
  );
}

/** Tables whose triggers the way back may set off. A delete sets off those of statements on every table its keys pass it on to, rows or not. */
function inverseEvents(catalog: Catalog, plan: UndoPlan): { table: number; events: WriteEvent[] }[] {
  const target = plan.target.relation.oid;
  const own = [...plan.reached.keys()].map((table) => ({
    table,
    events: table === target ? INVERSE[plan.event] : (["insert", "update"] as WriteEvent[]),
  }));
  if (!INVERSE[plan.event].includes("delete")) return own;
  const { deletes, sets } = deleteClosure(catalog, target);
  return [
    ...own,
    ...deletes.slice(1).map(({ table }) => ({ table, events: ["delete"] as WriteEvent[] })),
    ...sets.map(({ key }) => ({ table: key.child, events: ["update"] as WriteEvent[] })),
  ];
}

/** A table on which a trigger may drop rows on their way back, or on the way of a cascade, so that its children stay. */
function droppingTrigger(context: AnalysisContext, plan: UndoPlan): string | undefined {
  const one = { value: 1, kind: "exact" } as const;
  const cascading = plan.closure ? plan.closure.deletes.map(({ table }) => ({ table, events: ["delete"] as WriteEvent[] })) : [];
  const found = [...inverseEvents(context.catalog, plan), ...cascading].find(({ table, events }) =>
    events.some((event) => forecastTriggers(context, table, event, one).alters),
  );
  return found && qualified(context.catalog.relations.get(found.table)!);
}

/** Triggers that may make something else of a row on its way back, with the columns they set; undefined: any. */
function alteringTriggers(catalog: Catalog, plan: UndoPlan): { trigger: CatalogTrigger; columns: ReadonlySet<string> | undefined }[] {
  return inverseEvents(catalog, plan).flatMap(({ table, events }) => {
    const kin = kinOf(catalog, table);
    return catalog.triggers
      .filter(
        ({ row, when, table: on, events: its }) => row && when === "before" && kin.has(on) && its.some((event) => events.includes(event)),
      )
      .map((trigger) => {
        const fn = catalog.functions.get(trigger.function);
        const tree = fn?.language === "plpgsql" ? plpgsqlTree(fn.source, TRIGGER_SIGNATURE) : undefined;
        return { trigger, columns: tree && assignedColumnsOfNew(tree) };
      });
  });
}

/** Columns of a table that connect its rows: of keys, of unique indexes, of what refers to it and of what it refers to. */
function connecting(catalog: Catalog, table: number): string[] {
  const kin = kinOf(catalog, table);
  const names = (oid: number, attnums: readonly number[]): string[] =>
    attnums.flatMap((attnum) => catalog.relations.get(oid)?.columns.find((column) => column.attnum === attnum)?.name ?? []);
  return [
    ...catalog.indexes.flatMap((index) => (index.unique && kin.has(index.table) ? names(index.table, index.columns) : [])),
    ...catalog.foreignKeys.flatMap((key) => [
      ...(kin.has(key.child) ? names(key.child, key.childColumns) : []),
      ...(kin.has(key.parent) ? names(key.parent, key.parentColumns) : []),
    ]),
    ...[...kin].flatMap((oid) => names(oid, catalog.relations.get(oid)?.partitionKey ?? [])),
  ];
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
