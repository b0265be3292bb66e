import { strongest, type Rows, type SideEffect } from "@interlock/protocol";
import type { AnalysisContext } from "./analysis-context.ts";
import { ancestry, family, findRelation, qualified } from "./catalog.ts";
import type { CatalogRelation, CatalogTrigger } from "./catalog-model.ts";
import { classify } from "./classify.ts";
import { parseGrammar } from "./grammar.ts";
import { plpgsqlTree, TRIGGER_SIGNATURE } from "./plpgsql.ts";
import { walkTriggerBody, type BodyStatement } from "./trigger-body.ts";
import { rangeName, unwrap, type Node } from "./tree.ts";

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
}

type Write = NonNullable<SideEffect["writes"]>[number];

/** Deepest chain of triggers whose writes fire triggers. */
const DEPTH = 4;
/** Built in, and known: they write nothing. */
const BUILTIN_TRIGGERS = 16_384;

/** Triggers of a table for one event, with what they would write when `rows` rows pass through them. */
export function forecastTriggers(
  context: AnalysisContext,
  table: number,
  event: WriteEvent,
  rows: Rows,
  columns?: readonly string[],
  depth = 0,
): TriggerForecast {
  const forecast: TriggerForecast = { sideEffects: [], complete: true, alters: false, willFail: [], notes: [] };
  for (const trigger of matching(context, table, event, columns)) one(context, trigger, event, rows, depth, forecast);
  return forecast;
}

function matching({ catalog }: AnalysisContext, table: number, event: WriteEvent, columns?: readonly string[]): CatalogTrigger[] {
  const kin = new Set([...ancestry(catalog, table), ...family(catalog, table)]);
  const assigned =
    columns &&
    new Set((catalog.relations.get(table)?.columns ?? []).filter((column) => columns.includes(column.name)).map((column) => column.attnum));
  return catalog.triggers.filter((trigger) => {
    if (!trigger.events.includes(event)) return false;
    // Row triggers of a partitioned table fire for its partitions and the other way round; statement triggers fire where the name stands.
    if (trigger.table !== table && !(trigger.row && kin.has(trigger.table))) return false;
    if (event !== "update" || trigger.columns.length === 0 || !assigned) return true;
    return trigger.columns.some((attnum) => assigned.has(attnum)) || trigger.when === "before";
  });
}

function one(context: AnalysisContext, trigger: CatalogTrigger, event: WriteEvent, rows: Rows, depth: number, into: TriggerForecast): void {
  const { catalog } = context;
  const fn = catalog.functions.get(trigger.function);
  const table = catalog.relations.get(trigger.table);
  const name = `${trigger.name} → ${fn ? qualified(fn) : `built-in function ${trigger.function}`}`;
  const lost = (note: string) => {
    into.complete = false;
    into.notes.push(`Trigger ${trigger.name}: ${note}`);
    into.sideEffects.push({ kind: "trigger", name, effect: "unknown" });
    if (trigger.when !== "after") into.alters = true;
  };
  if (trigger.when === "instead") return lost("it replaces the write on a view");
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

  const firings: Rows = trigger.row
    ? { value: rows.value, kind: trigger.conditional && rows.kind === "exact" ? "estimate" : rows.kind }
    : { value: 1, kind: "exact" };
  const writes: Write[] = [];
  const effects: SideEffect["effect"][] = [];
  const nested: TriggerForecast[] = [];
  for (const statement of walk.statements) {
    const done = statementWrites(context, statement, firings, depth);
    if (!done) return lost("a statement in it cannot be read");
    writes.push(...done.writes);
    effects.push(done.effect);
    nested.push(...done.nested);
    if (!done.complete) into.complete = false;
    into.notes.push(...done.notes.map((note) => `Trigger ${trigger.name}: ${note}`));
    into.sideEffects.push(...done.sideEffects);
  }
  into.sideEffects.push({ kind: "trigger", name, effect: strongest(effects), ...(writes.length > 0 ? { writes: merged(writes) } : {}) });
  for (const inner of nested) {
    into.sideEffects.push(...inner.sideEffects);
    into.complete = into.complete && inner.complete;
    into.willFail.push(...inner.willFail);
    into.notes.push(...inner.notes);
  }
}

interface StatementWrites {
  writes: Write[];
  effect: SideEffect["effect"];
  complete: boolean;
  nested: TriggerForecast[];
  sideEffects: SideEffect[];
  notes: string[];
}

function statementWrites(context: AnalysisContext, statement: BodyStatement, firings: Rows, depth: number): StatementWrites | undefined {
  const parsed = parseGrammar(statement.text);
  if (!parsed.ok || parsed.statements.length !== 1) return undefined;
  const tree = parsed.statements[0]!.stmt;
  const judged = context.judge.statement(tree, classify(tree));
  if (judged.effect === "unknown") return undefined;
  const [type, body] = unwrap(tree)!;
  const none: StatementWrites = {
    writes: [],
    effect: judged.effect,
    complete: judged.effect === "read" || judged.effect === "session",
    nested: [],
    sideEffects: judged.sideEffects,
    notes: judged.notes,
  };
  if (type === "SelectStmt") return none;
  const event = EVENTS[type];
  const target = event && findRelation(context.catalog, context.facts, rangeName(body.relation));
  if (!event || !target || body.withClause || body.onConflictClause || context.catalog.rules.has(target.oid))
    return { ...none, complete: false };
  const rows = perFiring(context, type, body, target, firings, statement);
  const effect = event === "insert" ? "append" : event === "update" ? "modify" : "delete";
  const closureFree = event === "insert" || !context.catalog.foreignKeys.some((key) => key.parent === target.oid);
  const nested = depth < DEPTH ? [forecastTriggers(context, target.oid, event, rows, undefined, depth + 1)] : [];
  return {
    ...none,
    writes: [{ object: qualified(target), effect, rows }],
    complete: rows.kind !== "unknown" && closureFree && depth < DEPTH,
    nested,
  };
}

const EVENTS: Record<string, WriteEvent> = { InsertStmt: "insert", UpdateStmt: "update", DeleteStmt: "delete" };

function perFiring(
  context: AnalysisContext,
  type: string,
  body: Node,
  target: CatalogRelation,
  firings: Rows,
  statement: BodyStatement,
): Rows {
  if (statement.certainty === "repeated") return { value: 0, kind: "unknown" };
  const weaken = (rows: Rows): Rows => (rows.kind === "exact" || rows.kind === "capped" ? { ...rows, kind: "estimate" } : rows);
  if (type === "InsertStmt") {
    const values: Node[] | undefined = body.selectStmt?.SelectStmt?.valuesLists;
    // INSERT … DEFAULT VALUES has no select at all.
    const count = body.selectStmt === undefined ? 1 : values?.length;
    if (count === undefined) return { value: 0, kind: "unknown" };
    const rows: Rows = { value: firings.value * count, kind: firings.kind };
    return statement.certainty === "maybe" ? weaken(rows) : rows;
  }
  return byUniqueKey(context, body, target) ? weaken({ value: firings.value, kind: firings.kind }) : { value: 0, kind: "unknown" };
}

/** The WHERE clause pins every column of a unique index, so at most one row matches. */
function byUniqueKey({ catalog }: AnalysisContext, body: Node, target: CatalogRelation): boolean {
  const pinned = new Set<string>();
  const visit = (node: Node | undefined): void => {
    if (node?.BoolExpr?.boolop === "AND_EXPR") node.BoolExpr.args.forEach(visit);
    const compare = node?.A_Expr;
    if (compare?.kind !== "AEXPR_OP" || compare.name?.[0]?.String?.sval !== "=") return;
    const name = compare.lexpr?.ColumnRef?.fields?.at(-1)?.String?.sval;
    if (name) pinned.add(name);
  };
  visit(body.whereClause);
  if (body.usingClause || body.fromClause) return false;
  return catalog.indexes.some(
    (index) =>
      index.table === target.oid &&
      index.unique &&
      index.valid &&
      !index.partial &&
      index.columns.every((attnum) => pinned.has(target.columns.find((column) => column.attnum === attnum)?.name ?? "")),
  );
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
