import { strongest, type Lock, type Rows, type SideEffect } from "@interlock/protocol";
import type { AnalysisContext } from "./analysis-context.ts";
import { ancestry, family, qualified } from "./catalog.ts";
import type { CatalogTrigger } from "./catalog-model.ts";
import type { DraftStatement } from "./draft-statement.ts";
import type { Mode } from "./locks.ts";
import { plpgsqlTree, TRIGGER_SIGNATURE } from "./plpgsql.ts";
import { bodyWrites, type TriggerRows } from "./trigger-writes.ts";
import { walkTriggerBody } from "./trigger-body.ts";

export type WriteEvent = "insert" | "update" | "delete" | "truncate";

/** What the triggers of one write do. */
export interface TriggerForecast {
  sideEffects: SideEffect[];
  /** Everything they write could be told. */
  complete: boolean;
  /** A BEFORE trigger may drop or change rows: what the statement writes is not exactly what it selects. */
  alters: boolean;
  willFail: { code: string; reason: string }[];
  notes: string[];
  /** Of everything they do, what follows from it included. */
  locks: Lock[];
}

export type Write = NonNullable<SideEffect["writes"]>[number];

/** What is known of the write whose triggers are asked for. */
export interface Firing {
  /** Triggers and writes of triggers above this one. */
  depth?: number;
  /** How often the statement itself runs: once, where nothing is said. */
  statements?: Rows;
  /** Rows that BEFORE triggers see, where more are proposed than written. */
  proposed?: Rows | undefined;
}

/** Nothing is written at all. */
export const isNone = (rows: Rows): boolean => rows.kind === "exact" && rows.value === 0;
export const ONCE: Rows = { value: 1, kind: "exact" };
/** Built in, and known: they write nothing. */
const BUILTIN_TRIGGERS = 16_384;

/** Triggers of a table for one event, with what they would write when `rows` rows pass through them. */
export function forecastTriggers(
  context: AnalysisContext,
  table: number,
  event: WriteEvent,
  rows: Rows,
  columns?: readonly string[],
  { depth = 0, statements = ONCE, proposed }: Firing = {},
): TriggerForecast {
  const forecast: TriggerForecast = { sideEffects: [], complete: true, alters: false, willFail: [], notes: [], locks: [] };
  for (const trigger of matching(context, table, event, columns)) {
    const seen = trigger.when === "before" ? (proposed ?? rows) : rows;
    one(context, trigger, event, { table, rows: seen, statements, depth }, forecast);
  }
  return forecast;
}

/** Takes over what triggers do into the statement that fires them. */
export function addForecast(draft: DraftStatement, forecast: TriggerForecast): void {
  draft.sideEffects.push(...forecast.sideEffects);
  draft.willFail.push(...forecast.willFail);
  draft.notes.push(...forecast.notes);
  if (!forecast.complete) draft.incomplete = true;
  for (const lock of forecast.locks) draft.locks.add(lock.object, lock.mode as Mode);
}

function matching({ catalog }: AnalysisContext, table: number, event: WriteEvent, columns?: readonly string[]): CatalogTrigger[] {
  // A partition's rows are its whole's as well; rows of a table that only inherits fire their own triggers alone.
  const kin = new Set([...(catalog.relations.get(table)?.partition ? ancestry(catalog, table) : []), ...family(catalog, table)]);
  const assigned =
    columns &&
    new Set((catalog.relations.get(table)?.columns ?? []).filter((column) => columns.includes(column.name)).map((column) => column.attnum));
  return catalog.triggers.filter((trigger) => {
    if (!trigger.events.includes(event)) return false;
    // Row triggers fire where the row is, statement triggers where the name stands.
    if (trigger.table !== table && !(trigger.row && kin.has(trigger.table))) return false;
    if (event !== "update" || trigger.columns.length === 0 || !assigned) return true;
    return trigger.columns.some((attnum) => assigned.has(attnum)) || trigger.when === "before";
  });
}

interface Fired {
  /** The table that was named. */
  table: number;
  rows: Rows;
  statements: Rows;
  depth: number;
}

/** Whether every row written under a table's name is one of the trigger's own table. */
function firesForAll({ catalog }: AnalysisContext, trigger: CatalogTrigger, table: number): boolean {
  if (trigger.table !== table) return ancestry(catalog, table).includes(trigger.table);
  return catalog.relations.get(table)?.kind === "p" || !catalog.children.has(table);
}

function one(context: AnalysisContext, trigger: CatalogTrigger, event: WriteEvent, fired: Fired, into: TriggerForecast): void {
  const { catalog } = context;
  const { rows, statements } = fired;
  const fn = catalog.functions.get(trigger.function);
  const table = catalog.relations.get(trigger.table);
  const name = `${trigger.name} → ${fn ? qualified(fn) : `built-in function ${trigger.function}`}`;
  const lost = (note: string) => {
    into.complete = false;
    into.notes.push(`Trigger ${trigger.name}: ${note}`);
    into.sideEffects.push({ kind: "trigger", name, effect: "unknown" });
    if (trigger.when !== "after") into.alters = true;
  };
  if (trigger.function < BUILTIN_TRIGGERS) {
    into.alters = into.alters || trigger.when === "before";
    into.sideEffects.push({ kind: "trigger", name, effect: "read" });
    return;
  }
  const tree = fn?.language === "plpgsql" ? plpgsqlTree(fn.source, TRIGGER_SIGNATURE) : undefined;
  if (!fn || !tree) return lost(`its function is written in ${fn?.language ?? "an unknown language"} or cannot be read`);
  const walk = walkTriggerBody(tree, event.toUpperCase());
  if (walk.unknown || walk.statements.some((statement) => statement.dynamic)) return lost("what it does is only known when it runs");
  if (trigger.when === "before" && trigger.row && (walk.skips || trigger.conditional)) into.alters = true;
  if (walk.raises && !trigger.conditional && (rows.value > 0 || !trigger.row) && rows.kind !== "unknown" && rows.kind !== "estimate")
    into.willFail.push({ code: "P0001", reason: `Trigger ${trigger.name} on ${table ? qualified(table) : "the table"} raises an error` });

  const partly = trigger.conditional || !firesForAll(context, trigger, fired.table);
  const firings: Rows = trigger.row
    ? { value: rows.value, kind: partly && rows.kind === "exact" && rows.value > 0 ? "estimate" : rows.kind }
    : statements;
  const passing: TriggerRows = { firings, rows, transitions: [trigger.oldTable, trigger.newTable].filter((item) => item !== undefined) };
  const writes: Write[] = [];
  const effects: SideEffect["effect"][] = [];
  for (const statement of walk.statements) {
    const done = bodyWrites(context, statement, passing, fired.depth);
    if (!done) return lost("a statement in it cannot be read");
    writes.push(...done.writes);
    effects.push(done.effect);
    if (!done.complete) into.complete = false;
    into.notes.push(...done.notes.map((note) => `Trigger ${trigger.name}: ${note}`));
    into.sideEffects.push(...done.sideEffects);
    into.willFail.push(...done.willFail);
    if (!isNone(firings)) into.locks.push(...done.locks);
  }
  into.sideEffects.push({ kind: "trigger", name, effect: strongest(effects), ...(writes.length > 0 ? { writes: merged(writes) } : {}) });
}

function merged(writes: Write[]): Write[] {
  const byKey = new Map<string, Write>();
  for (const write of writes) {
    const key = `${write.object}/${write.effect}`;
    const known = byKey.get(key);
    if (!known) byKey.set(key, write);
    else {
      const order = ["exact", "capped", "estimate", "unknown"] as const;
      const kind = order[Math.max(order.indexOf(known.rows.kind), order.indexOf(write.rows.kind))]!;
      byKey.set(key, { ...known, rows: { value: known.rows.value + write.rows.value, kind } });
    }
  }
  return [...byKey.values()];
}
