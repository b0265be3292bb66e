import type { Lock, Rows, SideEffect } from "@interlock/protocol";
import type { AnalysisContext } from "./analysis-context.ts";
import { findRelation, qualified } from "./catalog.ts";
import type { CatalogRelation } from "./catalog-model.ts";
import { classify } from "./classify.ts";
import { draftStatement } from "./draft-statement.ts";
import { parseGrammar } from "./grammar.ts";
import { lockRead } from "./reads.ts";
import { tableReferences } from "./table-references.ts";
import type { BodyStatement } from "./trigger-body.ts";
import { isNone, type Write, type WriteEvent } from "./triggers.ts";
import { rangeName, unwrap, type Node } from "./tree.ts";
import { statementKey } from "./writes/body-finds.ts";
import { followWrite } from "./writes/consequences.ts";
import type { FiringCount } from "./writes/firing-counts.ts";
import { givenColumns } from "./writes/given-columns.ts";
import { CUSTOM_PLANS, lockKeyTable } from "./writes/key-locks.ts";
import { lockNamedSequences } from "./writes/named-sequences.ts";
import { nullColumns, nullsAssigned } from "./writes/null-columns.ts";
import { lockBounds, lockLeft, lockParts } from "./writes/target-locks.ts";

/** Deepest chain of triggers whose writes fire triggers. */
const DEPTH = 4;

const EVENTS: Record<string, Exclude<WriteEvent, "truncate">> = { InsertStmt: "insert", UpdateStmt: "update", DeleteStmt: "delete" };
const EFFECTS = { insert: "append", update: "modify", delete: "delete" } as const;

/** What passes through a trigger. */
export interface TriggerRows {
  /** How often its body runs. */
  firings: Rows;
  /** Rows of all the writes that fire it: what its transition tables hold together. */
  rows: Rows;
  /** Names of its transition tables. */
  transitions: readonly string[];
  /** What of its body was counted. */
  counts?: FiringCount["statements"] | undefined;
}

/** One statement of a body and all that follows from it. */
export interface BodyWrites {
  writes: Write[];
  effect: SideEffect["effect"];
  complete: boolean;
  sideEffects: SideEffect[];
  willFail: { code: string; reason: string }[];
  notes: string[];
  locks: Lock[];
}

/** What a statement of a trigger's or a function's body writes; undefined when it cannot be read. */
export function bodyWrites(
  context: AnalysisContext,
  statement: BodyStatement,
  passing: TriggerRows,
  depth: number,
): BodyWrites | undefined {
  const { catalog, facts } = context;
  const parsed = parseGrammar(statement.text);
  if (!parsed.ok || parsed.statements.length !== 1) return undefined;
  const tree = parsed.statements[0]!.stmt;
  const judged = context.judge.statement(tree, classify(tree));
  if (judged.effect === "unknown") return undefined;
  const [type, body] = unwrap(tree)!;
  const event = EVENTS[type];
  const count = passing.counts?.get(statementKey(statement));
  const firings: Rows = count ? { value: count.runs, kind: count.runs === 0 ? "exact" : passing.firings.kind } : passing.firings;
  const inner = draftStatement({ index: 0, start: 0, end: 0, text: statement.text }, "", judged.effect);
  const writes: Write[] = [];
  let complete = ["read", "session"].includes(judged.effect);
  const references = tableReferences(tree);
  for (const { ref, use, only } of references) {
    const relation = use === "read" || use === "lock" ? findRelation(catalog, facts, ref) : undefined;
    if (relation) lockRead(context, relation, use === "lock" ? "RowShareLock" : "AccessShareLock", only, inner);
  }
  lockNamedSequences(context, tree, inner);
  const target = event && findRelation(catalog, facts, rangeName(body.relation));
  const plain = references.filter((reference) => reference.statement).length === 1;
  if (event && target) {
    inner.locks.add(qualified(target), "RowExclusiveLock");
    // Few firings are planned for their values; the plan for any value opens every partition.
    const few = firings.kind === "exact" && firings.value <= CUSTOM_PLANS;
    const places = few ? count?.partitions : undefined;
    if (places) lockKeyTable(catalog, target.oid, "RowExclusiveLock", inner, places);
    else lockParts(context, target, [event], body.relation.inh === true ? "all" : "only", undefined, inner);
    // Where a rule or a view passes it on is not followed from here; what it comes to is in the effect.
    const passedOn = catalog.rules.has(target.oid) || target.kind === "v";
    const said: Rows =
      count?.rows === undefined
        ? perFiring(context, type, body, target, { ...passing, firings }, count ? { ...statement, certainty: "always" } : statement)
        : { value: count.rows, kind: count.rows === 0 ? "exact" : "estimate" };
    const rows = passedOn ? weaken(said) : said;
    writes.push({ object: qualified(target), effect: EFFECTS[event], rows });
    if (event !== "delete") lockBounds(context, target, rows, inner);
    if (event === "update" && target.kind === "p") lockLeft(context, target, rows, undefined, inner);
    complete = plain && rows.kind !== "unknown" && !body.onConflictClause && !passedOn && depth < DEPTH;
    if (depth < DEPTH) {
      const columns = event === "update" ? (body.targetList ?? []).map((item: Node) => item.ResTarget?.name as string) : [];
      const given = event === "insert" ? givenColumns(target, body) : columns;
      const nulls = event === "insert" ? nullColumns(target, body) : nullsAssigned(target, body.targetList ?? []);
      followWrite(
        context,
        { target, event, rows, columns: given, nulls, statements: firings, depth: depth + 1, places, again: count?.again },
        inner,
      );
    }
    writes.push(...inner.cascades.map(({ object, effect, rows: cascaded }) => ({ object, effect, rows: cascaded })));
    if (inner.incomplete || inner.cascades.some(({ rows: cascaded }) => cascaded.kind === "unknown")) complete = false;
  }
  return {
    writes,
    effect: judged.effect,
    complete,
    sideEffects: [...judged.sideEffects, ...inner.sideEffects],
    willFail: inner.willFail,
    notes: [...judged.notes, ...inner.notes],
    locks: isNone(firings) ? [] : inner.locks.list(),
  };
}

const weaken = (rows: Rows): Rows =>
  (rows.kind === "exact" && !isNone(rows)) || rows.kind === "capped" ? { ...rows, kind: "estimate" } : rows;

function perFiring(
  context: AnalysisContext,
  type: string,
  body: Node,
  target: CatalogRelation,
  { firings, rows: passed, transitions }: TriggerRows,
  statement: BodyStatement,
): Rows {
  if (isNone(firings)) return firings;
  if (statement.certainty === "repeated") return { value: 0, kind: "unknown" };
  if (type === "InsertStmt") {
    const select: Node | undefined = body.selectStmt?.SelectStmt;
    const values: Node[] | undefined = select?.valuesLists;
    // INSERT … DEFAULT VALUES has no select at all.
    const count = body.selectStmt === undefined ? 1 : values?.length;
    if (count === undefined) return select ? fromTransitions(select, passed, transitions) : { value: 0, kind: "unknown" };
    const rows: Rows = { value: firings.value * count, kind: firings.kind };
    return statement.certainty === "maybe" || body.onConflictClause ? weaken(rows) : rows;
  }
  return pinnedByUniqueKey(context, body, target) ? weaken({ value: firings.value, kind: firings.kind }) : { value: 0, kind: "unknown" };
}

/** Rows of `SELECT … FROM transition table`: with nothing beside it, one for each that passed. */
function fromTransitions(select: Node, passed: Rows, transitions: readonly string[]): Rows {
  const names: string[] = [];
  const collect = (item: Node): void => {
    if (item.RangeVar) names.push(item.RangeVar.schemaname ? "" : item.RangeVar.relname);
    else if (item.JoinExpr) [item.JoinExpr.larg, item.JoinExpr.rarg].forEach(collect);
    else names.push("");
  };
  (select.fromClause ?? []).forEach(collect);
  if (names.length === 0 || !names.every((name) => transitions.includes(name))) return { value: 0, kind: "unknown" };
  const others = ["whereClause", "groupClause", "havingClause", "distinctClause", "limitCount", "limitOffset", "larg", "windowClause"];
  // An aggregate makes one row of all; which calls are aggregates is not resolved here.
  const simple =
    names.length === 1 && others.every((key) => select[key] === undefined) && !JSON.stringify(select.targetList).includes("FuncCall");
  return simple ? passed : weaken(passed);
}

/** The columns that a WHERE clause pins, with what each equals, where they hold those of a unique index: at most one row matches. */
export function pinnedByUniqueKey({ catalog }: AnalysisContext, body: Node, target: CatalogRelation): Map<string, Node> | undefined {
  const pinned = new Map<string, Node>();
  const visit = (node: Node | undefined): void => {
    if (node?.BoolExpr?.boolop === "AND_EXPR") node.BoolExpr.args.forEach(visit);
    const compare = node?.A_Expr;
    if (compare?.kind !== "AEXPR_OP" || compare.name?.[0]?.String?.sval !== "=") return;
    const name = compare.lexpr?.ColumnRef?.fields?.at(-1)?.String?.sval;
    if (name) pinned.set(name, compare.rexpr);
  };
  visit(body.whereClause);
  if (body.usingClause || body.fromClause) return undefined;
  const unique = catalog.indexes.some(
    (index) =>
      index.table === target.oid &&
      index.unique &&
      index.valid &&
      !index.partial &&
      index.columns.every((attnum) => pinned.has(target.columns.find((column) => column.attnum === attnum)?.name ?? "")),
  );
  return unique ? pinned : undefined;
}
