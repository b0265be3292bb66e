import { strongest, type Effect, type Rows } from "@interlock/protocol";
import { COUNT_CAP, countRows, type AnalysisContext } from "./analysis-context.ts";
import { describeDeleteCascades, describeUpdateCascades } from "./cascades.ts";
import { ancestry, family, findRelation, qualified } from "./catalog.ts";
import type { CatalogRelation } from "./catalog-model.ts";
import { classifyQuery } from "./classify-expression.ts";
import { closureQuery, deleteClosure, neededColumns, readCounts, type Closure, type ClosureCounts } from "./closure.ts";
import type { DraftStatement } from "./draft-statement.ts";
import type { PlannedWrite } from "./explain.ts";
import { touchesMasked } from "./masked-columns.ts";
import { kindWord } from "./relation-kind.ts";
import { missing } from "./reads.ts";
import { isOneValue } from "./reviewed-functions.ts";
import { deparse, selectionOf } from "./selection.ts";
import type { TableReference } from "./table-references.ts";
import { forecastTriggers, type WriteEvent } from "./triggers.ts";
import { nameKey, nameOf, walk, type Node } from "./tree.ts";

const OPERATIONS: Record<string, string> = { insert: "Insert", update: "Update", delete: "Delete", merge: "Merge" };

/** What one INSERT, UPDATE, DELETE or MERGE, on its own or inside a WITH, would do to its table and from there to others. */
export async function describeWrite(
  context: AnalysisContext,
  reference: TableReference,
  draft: DraftStatement,
  alone: boolean,
): Promise<void> {
  const { catalog, facts } = context;
  const relation = findRelation(catalog, facts, reference.ref);
  if (!relation) return missing(draft, nameKey(reference.ref));
  const body = reference.statement!;
  const object = qualified(relation);
  if (!["r", "p", "v"].includes(relation.kind)) {
    draft.effect = strongest([draft.effect, relation.kind === "f" ? "unknown" : draft.effect]);
    draft.incomplete = true;
    draft.notes.push(`${object} is a ${kindWord(relation.kind)}; what a write to it does is not followed`);
  }
  if (reference.use !== "delete") {
    const filled = context.judge.filled(relation.oid);
    draft.sideEffects.push(...filled.sideEffects);
    draft.notes.push(...filled.notes);
  }
  const rewritten = catalog.rules.get(relation.oid) ?? [];
  if (rewritten.length > 0) {
    draft.effect = "unknown";
    draft.incomplete = true;
    draft.notes.push(`Rules on ${object} rewrite what is written to it`);
  }
  if (relation.rowSecurity) draft.notes.push(`Row security on ${object} may let fewer rows through`);
  const planned = plannedWrite(draft, reference, relation);
  const target = planned && planned.object !== object ? (catalog.byName.get(planned.object) ?? relation) : relation;
  if (relation.kind === "v" && target === relation) {
    draft.effect = strongest([draft.effect, "unknown"]);
    draft.incomplete = true;
  }
  const countable = alone && isCountable(context, relation, body);
  lockWrite(context, relation, target, draft);
  if (reference.use === "merge") return describeMerge(context, body, target, planned, draft);
  const event = reference.use as WriteEvent;

  let closure: Closure | undefined;
  let counts: ClosureCounts | undefined;
  let rows: Rows | undefined;
  if (event === "delete") closure = deleteClosure(catalog, target.oid);
  if (countable && closure && relation.kind !== "v" && !closure.circular && hasCascades(closure)) {
    const base = selectionOf(body, neededColumns(catalog, closure, target.oid), { placed: true, limit: COUNT_CAP + 1 });
    const row = base === undefined ? undefined : await countRows(context, closureQuery(catalog, closure, base));
    if (row && Number(row.target) <= COUNT_CAP) counts = readCounts(closure, row);
    if (row) rows = counted(Number(row.target));
  }
  rows ??= countable ? await countTarget(context, event, relation, body) : undefined;
  rows ??= insertedRows(context, event, body);
  rows ??= planned ? { value: Math.round(planned.rows), kind: "estimate" } : { value: 0, kind: "unknown" };
  if (context.after.writes && (rows.kind === "exact" || rows.kind === "capped")) rows = { ...rows, kind: "estimate" };
  if (context.after.writes) counts = undefined;
  const columns = assignedColumns(body, event);
  const forecast = forecastTriggers(context, target.oid, event, rows, event === "update" ? columns : undefined);
  if (event === "update" && movesBetweenPartitions(context, target, columns)) {
    draft.notes.push(`Rows of ${object} that move to another partition are deleted there and inserted here`);
    if (rows.kind === "exact") rows = { ...rows, kind: "estimate" };
  }
  const onConflict =
    body.onConflictClause?.action === "ONCONFLICT_UPDATE"
      ? forecastTriggers(context, target.oid, "update", { ...rows, kind: rows.kind === "unknown" ? "unknown" : "estimate" })
      : undefined;
  if (onConflict) {
    draft.sideEffects.push(...onConflict.sideEffects);
    draft.notes.push(...onConflict.notes);
    if (!onConflict.complete) draft.incomplete = true;
  }
  if (forecast.alters && rows.kind !== "unknown") rows = { ...rows, kind: "estimate" };
  if (forecast.alters) counts = undefined;
  if (body.onConflictClause && rows.kind === "exact") rows = { ...rows, kind: "estimate" };
  if (target.rowSecurity && rows.kind === "exact") rows = { ...rows, kind: "estimate" };

  draft.sideEffects.push(...forecast.sideEffects);
  draft.willFail.push(...forecast.willFail);
  draft.notes.push(...forecast.notes);
  if (!forecast.complete) draft.incomplete = true;
  if (rows.kind === "unknown") draft.incomplete = true;
  draft.effects.push({
    effect: effectOf(event, body),
    object: qualified(target),
    kind: kindWord(target.kind),
    ...(columns.length > 0 ? { columns } : {}),
    rows: withFraction(rows, target, event),
  });
  if (closure) describeDeleteCascades(context, target, closure, counts, rows, draft);
  if (event === "update" || body.onConflictClause?.action === "ONCONFLICT_UPDATE")
    describeUpdateCascades(context, target, columns, rows, draft);
  if (event !== "delete") lockParents(context, target, event === "insert" ? undefined : columns, rows, draft);
  if (event === "insert") describeSequences(context, target, columns, rows, draft);
  for (const write of [...forecast.sideEffects, ...(onConflict?.sideEffects ?? [])].flatMap((effect) => effect.writes ?? [])) {
    draft.locks.add(write.object, "RowExclusiveLock");
    const written = catalog.byName.get(write.object);
    if (write.effect === "append" && written) describeSequences(context, written, [], write.rows, draft);
  }
}

const hasCascades = (closure: Closure): boolean =>
  closure.deletes.length > 1 || closure.deletes[0]!.self.length > 0 || closure.sets.length > 0 || closure.blocks.length > 0;

const counted = (value: number): Rows => (value > COUNT_CAP ? { value: COUNT_CAP, kind: "capped" } : { value, kind: "exact" });

function effectOf(event: WriteEvent, body: Node): Effect {
  if (event === "delete") return "delete";
  if (event === "update") return "modify";
  return body.onConflictClause?.action === "ONCONFLICT_UPDATE" ? "modify" : "append";
}

export function withFraction(rows: Rows, relation: CatalogRelation, event: WriteEvent): Rows {
  const total = Math.max(relation.tuples, 0);
  if (event === "insert" || rows.kind === "unknown" || total === 0) return rows;
  return { ...rows, fraction: Math.min(1, rows.value / Math.max(total, rows.value)) };
}

function plannedWrite(draft: DraftStatement, { use }: TableReference, relation: CatalogRelation): PlannedWrite | undefined {
  const candidates = (draft.planned?.writes ?? []).filter((write) => write.operation === OPERATIONS[use]);
  const own = candidates.filter((write) => write.object === qualified(relation) || write.object === "");
  if (own.length === 1) return own[0]!.object === "" ? { ...own[0]!, object: qualified(relation) } : own[0];
  return own.length === 0 && candidates.length === 1 ? candidates[0] : undefined;
}

/** Whether the rows may be counted by evaluating the statement's own conditions. */
function isCountable(context: AnalysisContext, relation: CatalogRelation, body: Node): boolean {
  if (!context.exact || relation.rowSecurity || relation.kind === "f") return false;
  const conditions: Node = {
    where: body.whereClause,
    using: body.usingClause,
    from: body.fromClause,
    with: body.withClause,
    select: body.selectStmt,
  };
  const found = classifyQuery(conditions);
  if (found.effect !== "read" || found.volatile || found.calls.length > 0) return false;
  const judged = context.judge.statement({ SelectStmt: { ...conditions, fromClause: [{ RangeVar: body.relation }] } }, found);
  if (judged.effect !== "read" || judged.ownCode || judged.volatile) return false;
  let parameters = false;
  walk(conditions, (type) => {
    if (type === "ParamRef" || type === "CurrentOfExpr") parameters = true;
  });
  if (parameters) return false;
  const scoped = {
    SelectStmt: { ...conditions, fromClause: [{ RangeVar: body.relation }, ...(body.usingClause ?? []), ...(body.fromClause ?? [])] },
  };
  return !touchesMasked(scoped, context.catalog, context.facts, context.masked);
}

async function countTarget(context: AnalysisContext, event: WriteEvent, relation: CatalogRelation, body: Node): Promise<Rows | undefined> {
  if (event === "insert") {
    const select = body.selectStmt?.SelectStmt;
    if (!select || select.valuesLists) return undefined;
    const sql = deparse({ SelectStmt: body.withClause && !select.withClause ? { ...select, withClause: body.withClause } : select });
    if (sql === undefined || (body.withClause && select.withClause)) return undefined;
    const row = await countRows(context, `SELECT count(*) AS n FROM (SELECT 1 FROM (${sql}) s LIMIT ${COUNT_CAP + 1}) q`);
    return row ? counted(Number(row.n)) : undefined;
  }
  const placed = relation.kind !== "v";
  const first = relation.columns[0];
  const base = selectionOf(body, placed || !first ? [] : [{ name: first.name, attnum: first.attnum }], { placed, limit: COUNT_CAP + 1 });
  const row = base === undefined ? undefined : await countRows(context, `SELECT count(*) AS n FROM (${base}) q`);
  return row ? counted(Number(row.n)) : undefined;
}

/** VALUES lists say themselves how many rows they are. */
function insertedRows({ catalog }: AnalysisContext, event: WriteEvent, body: Node): Rows | undefined {
  if (event !== "insert") return undefined;
  if (body.selectStmt === undefined) return { value: 1, kind: "exact" };
  const select = body.selectStmt.SelectStmt;
  if (!select?.valuesLists || select.limitCount || select.limitOffset) return undefined;
  // A set-returning function in a list would make more rows than the list has.
  let many = false;
  walk(select.valuesLists, (type, node) => {
    if (type === "SubLink") many = true;
    if (type !== "FuncCall") return;
    const { schema, name } = nameOf(node.funcname);
    if ((schema !== undefined && schema !== "pg_catalog") || !isOneValue(name) || catalog.functionsByName.has(name)) many = true;
  });
  return { value: select.valuesLists.length, kind: many ? "estimate" : "exact" };
}

/** The key of a partitioned table, or of one it is a part of, is assigned. */
function movesBetweenPartitions({ catalog }: AnalysisContext, target: CatalogRelation, columns: readonly string[]): boolean {
  return [...ancestry(catalog, target.oid), ...family(catalog, target.oid)].some((oid) => {
    const relation = catalog.relations.get(oid)!;
    return relation.partitionKey.some(
      (attnum) => attnum === 0 || columns.includes(relation.columns.find((column) => column.attnum === attnum)?.name ?? ""),
    );
  });
}

export function assignedColumns(body: Node, event: WriteEvent): string[] {
  const list: Node[] =
    event === "insert"
      ? [...(body.cols ?? []), ...(body.onConflictClause?.targetList ?? [])]
      : event === "update"
        ? (body.targetList ?? [])
        : [];
  return [...new Set(list.map((item) => item.ResTarget?.name as string).filter(Boolean))];
}

function lockWrite(context: AnalysisContext, relation: CatalogRelation, target: CatalogRelation, draft: DraftStatement): void {
  draft.locks.add(qualified(relation), "RowExclusiveLock");
  if (target !== relation) draft.locks.add(qualified(target), "RowExclusiveLock");
  for (const object of draft.planned?.touched ?? []) {
    const leaf = context.catalog.byName.get(object);
    if (leaf && leaf.oid !== target.oid && ancestry(context.catalog, leaf.oid).includes(target.oid))
      draft.locks.add(object, "RowExclusiveLock");
  }
}

/** Rows that refer to others lock the rows they refer to; with none written no key is checked. */
export function lockParents(
  { catalog }: AnalysisContext,
  target: CatalogRelation,
  columns: readonly string[] | undefined,
  rows: Rows,
  draft: DraftStatement,
): void {
  if (rows.kind === "exact" && rows.value === 0) return;
  const kin = ancestry(catalog, target.oid);
  for (const key of catalog.foreignKeys.filter((candidate) => kin.includes(candidate.child))) {
    const names = key.childColumns.map(
      (attnum) => catalog.relations.get(key.child)?.columns.find((column) => column.attnum === attnum)?.name ?? "",
    );
    if (columns && !names.some((name) => columns.includes(name))) continue;
    const parent = catalog.relations.get(key.parent);
    if (parent) draft.locks.add(qualified(parent), "RowShareLock");
  }
}

/** Sequences advance even when the statement is rolled back. */
function describeSequences(
  { catalog }: AnalysisContext,
  target: CatalogRelation,
  given: readonly string[],
  rows: Rows,
  draft: DraftStatement,
): void {
  if (rows.kind === "exact" && rows.value === 0) return;
  for (const { table, attnum, sequence } of catalog.sequences) {
    if (!ancestry(catalog, target.oid).includes(table)) continue;
    const column = catalog.relations.get(table)?.columns.find((candidate) => candidate.attnum === attnum);
    const relation = catalog.relations.get(sequence);
    if (!column || !relation || given.includes(column.name)) continue;
    draft.locks.add(qualified(relation), "RowExclusiveLock");
    if (!draft.sideEffects.some((effect) => effect.kind === "sequence" && effect.name === qualified(relation)))
      draft.sideEffects.push({ kind: "sequence", name: qualified(relation), effect: "session" });
  }
}

function describeMerge(
  context: AnalysisContext,
  body: Node,
  target: CatalogRelation,
  planned: PlannedWrite | undefined,
  draft: DraftStatement,
): void {
  const rows: Rows = planned ? { value: Math.round(planned.rows), kind: "estimate" } : { value: 0, kind: "unknown" };
  const clauses: Node[] = (body.mergeWhenClauses ?? []).map((item: Node) => item.MergeWhenClause);
  const events: Record<string, WriteEvent> = { CMD_INSERT: "insert", CMD_UPDATE: "update", CMD_DELETE: "delete" };
  for (const event of new Set(clauses.map((clause) => events[clause.commandType]).filter((item) => item !== undefined))) {
    const columns = [
      ...new Set(
        clauses
          .filter((clause) => events[clause.commandType] === event)
          .flatMap((clause) => (clause.targetList ?? []).map((item: Node) => item.ResTarget?.name as string)),
      ),
    ];
    const forecast = forecastTriggers(context, target.oid, event, rows, event === "update" ? columns : undefined);
    draft.sideEffects.push(...forecast.sideEffects);
    draft.willFail.push(...forecast.willFail);
    draft.notes.push(...forecast.notes);
    if (!forecast.complete || rows.kind === "unknown") draft.incomplete = true;
    const effect: Effect = event === "insert" ? "append" : event === "update" ? "modify" : "delete";
    draft.effects.push({
      effect,
      object: qualified(target),
      kind: kindWord(target.kind),
      ...(columns.length > 0 ? { columns } : {}),
      rows: withFraction(rows, target, event),
    });
    if (event === "delete") describeDeleteCascades(context, target, deleteClosure(context.catalog, target.oid), undefined, rows, draft);
    else lockParents(context, target, event === "insert" ? undefined : columns, rows, draft);
    if (event === "update") describeUpdateCascades(context, target, columns, rows, draft);
    if (event === "insert") describeSequences(context, target, columns, rows, draft);
  }
}
