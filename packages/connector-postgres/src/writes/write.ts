import type { Rows } from "@interlock/protocol";
import { COUNT_CAP, countRows, type AnalysisContext } from "../analysis-context.ts";
import { findRelation, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import { lockBelow, lockReplaced } from "../ddl/query-locks.ts";
import type { DraftStatement } from "../draft-statement.ts";
import type { PlannedWrite } from "../explain.ts";
import { kindWord } from "../relation-kind.ts";
import { lockRead, missing } from "../reads.ts";
import { policed } from "../row-security.ts";
import type { RuledWrite } from "../rules/rule-row.ts";
import { describeRuled } from "../rules/ruled-write.ts";
import { deparse } from "../selection.ts";
import type { TableReference } from "../table-references.ts";
import { addForecast, forecastTriggers, isNone, type WriteEvent } from "../triggers.ts";
import { nameKey, type Node } from "../tree.ts";
import { isCountable } from "./countable.ts";
import { describeDelete } from "./delete.ts";
import { effectOf } from "./effects.ts";
import { assignedColumns, counted, estimated, UNKNOWN } from "./figures.ts";
import { describeInsert } from "./insert.ts";
import { fitted } from "./fitted-plan.ts";
import { insertedRows } from "./inserted-rows.ts";
import { describeMerge } from "./merge.ts";
import { rangeOf, type TargetRows, type WriteScope, type WriteTask } from "./task.ts";
import { describeUpdate } from "./update.ts";
import { bodyBelow, columnOf, isReplaced, mergeEvents, rowsThrough, viewStep, type ViewStep } from "./view-path.ts";

const OPERATIONS: Record<string, string> = { insert: "Insert", update: "Update", delete: "Delete", merge: "Merge" };

/** What one INSERT, UPDATE, DELETE or MERGE, on its own or inside a WITH, would do to its table and from there to others. Answers its rows. */
export async function describeWrite(
  context: AnalysisContext,
  reference: TableReference,
  draft: DraftStatement,
  scope: WriteScope,
): Promise<Rows> {
  const { catalog, facts } = context;
  const relation = findRelation(catalog, facts, reference.ref);
  if (!relation) {
    missing(draft, nameKey(reference.ref));
    return UNKNOWN;
  }
  const body = scope.with ? { ...reference.statement!, withClause: scope.with } : withoutWith(reference.statement!);
  const alias: string = body.relation.alias?.aliasname ?? body.relation.relname;
  const rows = { range: { RangeVar: body.relation }, alias, column: ({ name }: { name: string }) => columnOf(alias, name) };
  return describeStep(context, { reference, named: relation, relation, body, rows, path: [] }, scope, draft);
}

/** A write on its way from the name in the statement through views to the table whose rows are written. */
interface Step {
  reference: TableReference;
  named: CatalogRelation;
  /** Where it has come to; the columns that `body` writes are those of this one. */
  relation: CatalogRelation;
  body: Node;
  rows: TargetRows;
  path: readonly ViewStep[];
}

async function describeStep(context: AnalysisContext, step: Step, scope: WriteScope, draft: DraftStatement): Promise<Rows> {
  const { reference, relation, body, rows } = step;
  draft.locks.add(qualified(relation), "RowExclusiveLock");
  if (reference.use === "merge" && context.catalog.rules.has(relation.oid)) {
    // Whatever it is that the rules are for (matchLocks in rewriteHandler.c).
    draft.willFail.push({ code: "0A000", reason: `MERGE cannot write to ${qualified(relation)}, which has rules` });
    return UNKNOWN;
  }
  if (reference.use !== "merge") {
    const write = { relation, event: reference.use as RuledWrite["event"], body, rows, with: body.withClause };
    const ruled = await describeRuled(context, write, scope.rewriting, scope.countable, draft, (rest, countable) =>
      describeUnruled(context, { ...step, body: rest.body }, { ...scope, countable, alone: false }, draft),
    );
    if (ruled) return ruled;
  }
  return describeUnruled(context, step, scope, draft);
}

async function describeUnruled(context: AnalysisContext, step: Step, scope: WriteScope, draft: DraftStatement): Promise<Rows> {
  const { reference, named, relation, body, rows } = step;
  if (relation.kind === "v") return describeView(context, step, scope, draft);
  describeTable(context, step, draft);
  const proposed = plannedWrite(draft, reference, relation);
  const joined = withoutNames(body) ? [...(body.usingClause ?? []), ...(body.fromClause ?? [])] : [];
  const planned = proposed && reference.use !== "insert" ? await fitted(context, relation, proposed, joined) : proposed;
  const task: WriteTask = { reference, body, named, target: relation, rows, path: step.path, planned, scope };
  if (reference.use === "merge") return describeMerge(context, task, draft);
  if (reference.use === "insert") return describeInsert(context, task, draft);
  return reference.use === "delete" ? describeDelete(context, task, draft) : describeUpdate(context, task, draft);
}

/** WITH gives no name another meaning. */
const withoutNames = (body: Node): boolean => body.withClause === undefined;

/** What goes for a table however it is written. */
function describeTable(context: AnalysisContext, { reference, named, relation }: Step, draft: DraftStatement): void {
  const object = qualified(relation);
  if (relation.kind !== "r" && relation.kind !== "p") {
    if (relation.kind === "f") draft.effect = "unknown";
    draft.incomplete = true;
    draft.notes.push(`${object} is a ${kindWord(relation.kind)}; what a write to it does is not followed`);
  }
  if (reference.use !== "delete") {
    const filled = context.judge.filled(relation.oid);
    draft.sideEffects.push(...filled.sideEffects);
    draft.notes.push(...filled.notes);
  }
  if (policed(context, relation, named)) draft.notes.push(`Row security on ${object} may let fewer rows through`);
}

/** Writes through a view, as it were to the relation it is made of (rewriteTargetView in rewriteHandler.c), unless triggers take its place. */
async function describeView(context: AnalysisContext, step: Step, scope: WriteScope, draft: DraftStatement): Promise<Rows> {
  const { reference, relation, path, rows } = step;
  if (isReplaced(context.catalog, relation, reference)) return replacedWrite(context, step, scope, draft);
  const below = await viewStep(context, relation);
  const body = below && bodyBelow(below, reference.use, step.body);
  if (!below || !body) {
    // Why the server refuses it is known then.
    if (draft.willFail.length === 0) draft.effect = "unknown";
    draft.incomplete = true;
    draft.notes.push(`How ${qualified(relation)} passes on what is written to it is not followed`);
    draft.effects.push({
      effect: effectOf(reference.use as WriteEvent),
      object: qualified(relation),
      kind: kindWord(relation.kind),
      rows: UNKNOWN,
    });
    lockBelow(context, relation.oid, "AccessShareLock", draft);
    return UNKNOWN;
  }
  for (const oid of context.catalog.relationReach.get(relation.oid) ?? []) {
    const other = context.catalog.relations.get(oid);
    if (other && other !== below.inner) lockRead(context, other, "AccessShareLock", false, draft);
  }
  const passed = [...path, below];
  const inner = { ...step, relation: below.inner, body, path: passed, rows: { alias: rows.alias, ...rowsThrough(passed, rows.alias) } };
  return describeStep(context, inner, scope, draft);
}

const withoutWith = ({ withClause: _with, ...body }: Node): Node => body;

async function replacedWrite(context: AnalysisContext, step: Step, scope: WriteScope, draft: DraftStatement): Promise<Rows> {
  const { reference, named, relation: view, body } = step;
  const events = (reference.use === "merge" ? mergeEvents(body) : [reference.use]) as WriteEvent[];
  // An INSERT does not look at what the view is made of.
  if (events.some((event) => event !== "insert") || reference.use === "merge") lockReplaced(context, view, true, draft);
  const rows =
    (await replacedRows(context, step, scope)) ??
    (draft.planned && events.length === 1 ? { value: Math.round(draft.planned.rows), kind: "estimate" as const } : UNKNOWN);
  for (const event of events) {
    addForecast(draft, forecastTriggers(context, view.oid, event, rows, event === "update" ? assignedColumns(body, event) : undefined));
    const effect = effectOf(event);
    draft.effects.push({ effect, object: qualified(named), kind: kindWord(named.kind), rows: isNone(rows) ? rows : estimated(rows) });
  }
  if (rows.kind === "unknown") draft.incomplete = true;
  return rows;
}

/** Rows that come to the triggers; undefined where they cannot be counted. */
async function replacedRows(
  context: AnalysisContext,
  { reference, named, body, rows }: Step,
  scope: WriteScope,
): Promise<Rows | undefined> {
  if (reference.use === "insert") return insertedRows(context, "insert", body);
  const others: Node[] = [...(body.usingClause ?? []), ...(body.fromClause ?? [])];
  const parts = { where: body.whereClause, from: [rows.range], with: body.withClause };
  if (reference.use === "merge" || others.length > 0 || !scope.countable || context.after.writes) return undefined;
  if (!isCountable(context, named, parts, [rangeOf(named), rows.range])) return undefined;
  const sql = deparse({
    SelectStmt: {
      targetList: [{ ResTarget: { name: "one", val: { A_Const: { ival: { ival: 1 } } } } }],
      fromClause: [rows.range],
      ...(body.whereClause ? { whereClause: body.whereClause } : {}),
      ...(body.withClause ? { withClause: body.withClause } : {}),
      limitOption: "LIMIT_OPTION_COUNT",
      limitCount: { A_Const: { ival: { ival: COUNT_CAP + 1 } } },
      op: "SETOP_NONE",
    },
  });
  const found = sql === undefined ? undefined : await countRows(context, `SELECT count(*) AS n FROM (${sql}) q`);
  return found && counted(Number(found.n));
}

function plannedWrite(draft: DraftStatement, { use }: TableReference, relation: CatalogRelation): PlannedWrite | undefined {
  const candidates = (draft.planned?.writes ?? []).filter((write) => write.operation === OPERATIONS[use]);
  const own = candidates.filter((write) => write.object === qualified(relation) || write.object === "");
  if (own.length === 1) return own[0]!.object === "" ? { ...own[0]!, object: qualified(relation) } : own[0];
  return own.length === 0 && candidates.length === 1 ? candidates[0] : undefined;
}
