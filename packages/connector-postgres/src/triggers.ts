import { strongest, type Lock, type Rows, type SideEffect } from "@interlock/protocol";
import type { AnalysisContext } from "./analysis-context.ts";
import { ancestry, family, qualified } from "./catalog.ts";
import type { CatalogTrigger } from "./catalog-model.ts";
import type { DraftStatement } from "./draft-statement.ts";
import type { Mode } from "./locks.ts";
import { plpgsqlTree, TRIGGER_SIGNATURE } from "./plpgsql.ts";
import { bodyWrites, type TriggerRows } from "./trigger-writes.ts";
import { assignedColumnsOfNew, walkTriggerBody } from "./trigger-body.ts";
import { computedFrom } from "./writes/computed-columns.ts";
import type { FiringCount, FiringCounts } from "./writes/firing-counts.ts";

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
  /** What could be counted of their firings. */
  counts?: FiringCounts | undefined;
  /** Each row of the write is counted once. */
  single?: boolean;
  /** Rows pass that no statement of this kind writes, as those that move to another partition: statement triggers do not fire. */
  rowsOnly?: boolean;
  /** The columns that a key's own UPDATE of the same table assigns, after this one; `sure`: it runs. */
  overtaken?: { columns: readonly string[]; sure: boolean } | undefined;
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
  { depth = 0, statements = ONCE, proposed, rowsOnly = false, overtaken, counts, single = false }: Firing = {},
): TriggerForecast {
  const forecast: TriggerForecast = { sideEffects: [], complete: true, alters: false, willFail: [], notes: [], locks: [] };
  const again = overtaken && new Set(matchingTriggers(context, table, event, overtaken.columns));
  for (const trigger of matchingTriggers(context, table, event, columns)) {
    if (rowsOnly && !trigger.row) continue;
    const count = rows.kind === "exact" ? counts?.get(trigger) : undefined;
    const seen: Rows = count?.met === 0 ? { value: 0, kind: "exact" } : trigger.when === "before" ? (proposed ?? rows) : rows;
    // The key's own statement takes the place of the one before it, and may not be one that the trigger is for (cancel_prior_stmt_triggers).
    const lost = again && !trigger.row && trigger.when === "after" && !again.has(trigger);
    if (lost && overtaken.sure) continue;
    const runs: Rows = lost ? { value: statements.value, kind: "estimate" } : statements;
    one(context, trigger, event, { table, rows: seen, statements: runs, depth, ...(count ? { count, single } : {}) }, forecast);
  }
  return forecast;
}

/** Whether a BEFORE trigger may keep rows of a table from going. */
export const mayKeepRows = (context: AnalysisContext, table: number): boolean =>
  // At this depth nothing that bodies write is followed: it is not asked for.
  forecastTriggers(context, table, "delete", ONCE, undefined, { depth: Infinity }).alters;

/** Takes over what triggers do into the statement that fires them. */
export function addForecast(draft: DraftStatement, forecast: TriggerForecast): void {
  draft.sideEffects.push(...forecast.sideEffects);
  draft.willFail.push(...forecast.willFail);
  draft.notes.push(...forecast.notes);
  if (!forecast.complete) draft.incomplete = true;
  for (const lock of forecast.locks) draft.locks.add(lock.object, lock.mode as Mode);
}

export function matchingTriggers(
  { catalog }: AnalysisContext,
  table: number,
  event: WriteEvent,
  columns?: readonly string[],
): CatalogTrigger[] {
  const relation = catalog.relations.get(table);
  // A partition's rows are its whole's as well; rows of a table that only inherits fire their own triggers alone.
  const kin = new Set([...(relation?.partition ? ancestry(catalog, table) : []), ...family(catalog, table)]);
  const guarded = catalog.triggers.some(
    ({ table: on, row, when, events }) => kin.has(on) && row && when === "before" && events.includes("update"),
  );
  const assigned = columns && relation && new Set([...columns, ...computedFrom(relation, columns, guarded)]);
  return catalog.triggers.filter((trigger) => {
    if (!trigger.events.includes(event)) return false;
    // Row triggers fire where the row is, statement triggers where the name stands.
    if (trigger.table !== table && !(trigger.row && kin.has(trigger.table))) return false;
    if (event !== "update" || trigger.columns.length === 0 || !assigned) return true;
    // Partitions number their columns on their own; the name is what they share.
    const named = catalog.relations.get(trigger.table)?.columns.filter(({ attnum }) => trigger.columns.includes(attnum)) ?? [];
    return named.some(({ name }) => assigned.has(name));
  });
}

/** Columns that BEFORE triggers may give other values than the statement does; undefined when that may be any. */
export function columnsSetByTriggers(
  context: AnalysisContext,
  table: number,
  event: "insert" | "update",
  columns?: readonly string[],
): ReadonlySet<string> | undefined {
  const all = new Set<string>();
  for (const trigger of matchingTriggers(context, table, event, columns)) {
    if (!trigger.row || trigger.when !== "before") continue;
    // Those only keep rows as they were, or fill a column for searching.
    if (trigger.function < BUILTIN_TRIGGERS) continue;
    const fn = context.catalog.functions.get(trigger.function);
    const tree = fn?.language === "plpgsql" ? plpgsqlTree(fn.source, TRIGGER_SIGNATURE) : undefined;
    const own = tree && assignedColumnsOfNew(tree);
    if (!own) return undefined;
    for (const name of own) all.add(name);
  }
  return all;
}

interface Fired {
  /** The table that was named. */
  table: number;
  rows: Rows;
  statements: Rows;
  depth: number;
  count?: FiringCount;
  single?: boolean;
}

/** Whether every row written under a table's name is one of the trigger's own table. */
export function firesForAll({ catalog }: AnalysisContext, trigger: CatalogTrigger, table: number): boolean {
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
  const walk = walkTriggerBody(tree, event.toUpperCase(), trigger.arguments);
  if (trigger.when === "before" && trigger.row && (walk.skips || trigger.conditional)) into.alters = true;
  if (walk.raises && !trigger.conditional && (rows.value > 0 || !trigger.row) && rows.kind !== "unknown" && rows.kind !== "estimate")
    into.willFail.push({ code: "P0001", reason: `Trigger ${trigger.name} on ${table ? qualified(table) : "the table"} raises an error` });

  const partly = trigger.conditional || !firesForAll(context, trigger, fired.table);
  const met = fired.single && trigger.row && !isNone(rows) ? fired.count?.met : undefined;
  const firings: Rows =
    met !== undefined
      ? { value: met, kind: rows.kind }
      : trigger.row
        ? { value: rows.value, kind: partly && rows.kind === "exact" && rows.value > 0 ? "estimate" : rows.kind }
        : statements;
  const passing: TriggerRows = {
    firings,
    rows,
    counts: fired.count?.statements,
    transitions: [trigger.oldTable, trigger.newTable].filter((item) => item !== undefined),
  };
  if (walk.unknown || walk.statements.some((statement) => statement.dynamic)) {
    if (!isNone(firings))
      into.locks.push(...walk.statements.flatMap((each) => bodyWrites(context, each, passing, fired.depth)?.locks ?? []));
    return lost("what it does is only known when it runs");
  }
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
