import { strongest, type Effect, type Rows } from "@interlock/protocol";
import { COUNT_CAP, countRows, type AnalysisContext } from "../analysis-context.ts";
import { describeDeleteCascades, describeUpdateCascades } from "../cascades.ts";
import { ancestry, findRelation, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import { closureQuery, deleteClosure, neededColumns, readCounts, type Closure, type ClosureCounts } from "../closure.ts";
import { lockBelow } from "../ddl/query-locks.ts";
import type { DraftStatement } from "../draft-statement.ts";
import type { PlannedWrite } from "../explain.ts";
import { kindWord } from "../relation-kind.ts";
import { missing } from "../reads.ts";
import { selectionOf } from "../selection.ts";
import type { TableReference } from "../table-references.ts";
import { addForecast, forecastTriggers, isNone, type WriteEvent } from "../triggers.ts";
import { nameKey, type Node } from "../tree.ts";
import { arbitersOf } from "./conflict.ts";
import { isCountable } from "./countable.ts";
import { assignedColumns, counted, estimated, UNKNOWN, withFraction } from "./figures.ts";
import { givenColumns } from "./given-columns.ts";
import { insertedRows } from "./inserted-rows.ts";
import { lockParents } from "./key-locks.ts";
import { describeMerge } from "./merge.ts";
import { foundRows, insertedSource, type RowSource } from "./row-source.ts";
import { describeSequences } from "./sequences.ts";
import { lockParts, lockTarget } from "./target-locks.ts";
import { countWrittenKeys, movesRows, type WrittenKeys } from "./written-keys.ts";

const OPERATIONS: Record<string, string> = { insert: "Insert", update: "Update", delete: "Delete", merge: "Merge" };
/** pg_rewrite.ev_type of what each write is rewritten by. */
const RULED: Record<string, string[]> = { insert: ["3"], update: ["2"], delete: ["4"], merge: ["2", "3", "4"] };

/** What stands around one of a statement's writes. */
export interface WriteScope {
  /** Its rows may be counted by its own conditions: nothing else in the statement writes where it reads. */
  countable: boolean;
  /** WITH list for its conditions, without what writes. */
  with?: Node;
  /** Rows it is known to insert from what another write of the statement returns. */
  handed?: Rows;
}

/** One write while it is worked out. */
export interface WriteTask {
  reference: TableReference;
  body: Node;
  /** What was named, and the table whose rows are written. */
  relation: CatalogRelation;
  target: CatalogRelation;
  planned: PlannedWrite | undefined;
  scope: WriteScope;
}

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
  if (relation.rowSecurity) draft.notes.push(`Row security on ${object} may let fewer rows through`);
  if ((catalog.rules.get(relation.oid) ?? []).some((type) => RULED[reference.use]!.includes(type))) {
    draft.effect = "unknown";
    draft.incomplete = true;
    draft.notes.push(`Rules on ${object} rewrite what is written to it`);
    lockTarget(context, relation, relation, draft);
    draft.effects.push({ effect: effectOf(reference.use as WriteEvent), object, kind: kindWord(relation.kind), rows: UNKNOWN });
    return UNKNOWN;
  }
  const planned = plannedWrite(draft, reference, relation);
  const target = planned && planned.object !== object ? (catalog.byName.get(planned.object) ?? relation) : relation;
  if (relation.kind === "v" && target === relation) return replacedWrite(context, reference, relation, draft);
  lockTarget(context, relation, target, draft);
  const body = scope.with ? { ...reference.statement!, withClause: scope.with } : withoutWith(reference.statement!);
  const task: WriteTask = { reference, body, relation, target, planned, scope };
  if (reference.use === "merge") return describeMerge(context, task, draft);
  if (reference.use === "insert") return describeInsert(context, task, draft);
  return reference.use === "delete" ? describeDelete(context, task, draft) : describeUpdate(context, task, draft);
}

const withoutWith = ({ withClause: _with, ...body }: Node): Node => body;

/** INSTEAD OF triggers do all there is to do. */
function replacedWrite(context: AnalysisContext, { use, statement }: TableReference, view: CatalogRelation, draft: DraftStatement): Rows {
  const event = use as WriteEvent;
  draft.locks.add(qualified(view), "RowExclusiveLock");
  const replaced = context.catalog.triggers.some(
    (trigger) => trigger.table === view.oid && trigger.when === "instead" && trigger.events.includes(event),
  );
  if (!replaced) {
    draft.effect = "unknown";
    draft.incomplete = true;
  }
  // An INSERT does not look at what the view is made of.
  if (event !== "insert") lockBelow(context, view.oid, "AccessShareLock", draft);
  const rows =
    insertedRows(context, event, statement!) ??
    (draft.planned ? { value: Math.round(draft.planned.rows), kind: "estimate" as const } : UNKNOWN);
  addForecast(draft, forecastTriggers(context, view.oid, event, rows, event === "update" ? assignedColumns(statement!, event) : undefined));
  draft.effects.push({ effect: effectOf(event), object: qualified(view), kind: kindWord(view.kind), rows: estimated(rows) });
  if (rows.kind === "unknown") draft.incomplete = true;
  return rows;
}

const effectOf = (event: WriteEvent): Effect => (event === "delete" ? "delete" : event === "update" ? "modify" : "append");

/** The planner's own word on the rows; what was counted is no longer certain once something else writes first. */
function settled(context: AnalysisContext, { planned, target }: WriteTask, rows: Rows | undefined): Rows {
  const known = rows ?? (planned ? { value: Math.round(planned.rows), kind: "estimate" as const } : UNKNOWN);
  return context.after.writes || target.rowSecurity ? estimated(known) : known;
}

async function describeDelete(context: AnalysisContext, task: WriteTask, draft: DraftStatement): Promise<Rows> {
  const { catalog } = context;
  const { body, relation, target } = task;
  const closure = deleteClosure(catalog, target.oid);
  const found = await countDeleted(context, task, closure);
  const rows = settled(context, task, found.rows);
  const forecast = forecastTriggers(context, target.oid, "delete", rows);
  const certain = !forecast.alters && !context.after.writes && !target.rowSecurity;
  const kept = certain ? rows : isNone(rows) ? rows : estimated(rows);
  addForecast(draft, certain ? forecast : forecastTriggers(context, target.oid, "delete", kept));
  pushEffect(draft, target, "delete", [], kept);
  lockParts(context, target, ["delete"], body.relation.inh !== true && relation === target, undefined, draft);
  // A trigger that drops rows leaves fewer: what was counted is the best there is to say, and nothing stays nothing.
  const counts = context.after.writes || target.rowSecurity ? undefined : found.counts;
  describeDeleteCascades(context, target, closure, counts, kept, draft);
  if (forecast.alters) blurAll(draft);
  blurOverlaps(context, draft);
  return kept;
}

async function countDeleted(
  context: AnalysisContext,
  { body, relation, target, scope }: WriteTask,
  closure: Closure,
): Promise<{ rows?: Rows; counts?: ClosureCounts }> {
  const parts = { where: body.whereClause, using: body.usingClause, with: body.withClause };
  if (!scope.countable || !isCountable(context, relation, parts, [{ RangeVar: body.relation }, ...(body.usingClause ?? [])])) return {};
  if (relation.kind !== "v" && !closure.uncounted && hasCascades(closure)) {
    const base = selectionOf(body, neededColumns(context.catalog, closure, target.oid), { placed: true, limit: COUNT_CAP + 1 });
    const row = base === undefined ? undefined : await countRows(context, closureQuery(context.catalog, closure, base));
    if (row) {
      const rows = counted(Number(row.target));
      return rows.kind === "exact" ? { rows, counts: readCounts(closure, row) } : { rows };
    }
  }
  const rows = await countSelected(context, relation, body);
  return rows ? { rows } : {};
}

const hasCascades = (closure: Closure): boolean =>
  closure.deletes.length > 1 || closure.deletes[0]!.self.length > 0 || closure.sets.length > 0 || closure.blocks.length > 0;

async function countSelected(context: AnalysisContext, relation: CatalogRelation, body: Node): Promise<Rows | undefined> {
  const placed = relation.kind !== "v";
  const first = relation.columns[0];
  const base = selectionOf(body, placed || !first ? [] : [{ name: first.name, attnum: first.attnum }], { placed, limit: COUNT_CAP + 1 });
  const row = base === undefined ? undefined : await countRows(context, `SELECT count(*) AS n FROM (${base}) q`);
  return row ? counted(Number(row.n)) : undefined;
}

async function describeUpdate(context: AnalysisContext, task: WriteTask, draft: DraftStatement): Promise<Rows> {
  const { body, relation, target, scope } = task;
  const columns = assignedColumns(body, "update");
  const from: Node[] = body.fromClause ?? [];
  const ranges = [{ RangeVar: body.relation }, ...from];
  let written: WrittenKeys | undefined;
  let rows: Rows | undefined;
  if (scope.countable && relation.kind !== "v") {
    const assigned = new Map<string, Node>(
      (body.targetList ?? []).flatMap((item: Node) => {
        const { name, val, indirection } = item.ResTarget;
        return [[name, indirection ? { MultiAssignRef: {} } : val] as const];
      }),
    );
    const alias: string = body.relation.alias?.aliasname ?? body.relation.relname;
    const source = foundRows(context, relation, ranges, {
      alias,
      from: ranges,
      where: body.whereClause,
      with: body.withClause,
      assigned,
      old: true,
      once: from.length === 0,
    });
    written = await countWrittenKeys(context, target, source, { assigned: columns });
    if (written) rows = counted(written.rows);
  } else if (scope.countable && isCountable(context, relation, { where: body.whereClause, from, with: body.withClause }, ranges))
    rows = await countSelected(context, relation, body);
  rows = settled(context, task, rows);
  if (context.after.writes) written = undefined;
  if (movesAcross(context, target, columns) && !isNone(rows)) {
    draft.notes.push(`Rows of ${qualified(target)} that move to another partition are deleted there and inserted here`);
    rows = estimated(rows);
  }
  const probe = forecastTriggers(context, target.oid, "update", rows, columns);
  if (probe.alters && !isNone(rows)) {
    rows = estimated(rows);
    written = undefined;
  }
  addForecast(draft, probe.alters ? forecastTriggers(context, target.oid, "update", rows, columns) : probe);
  pushEffect(draft, target, "update", columns, rows);
  lockParts(context, target, ["update"], body.relation.inh !== true && relation === target, written, draft);
  // Several matches of one row leave open which of them is taken.
  const certain = from.length === 0 ? written : undefined;
  describeUpdateCascades(context, target, columns, rows, draft, certain ? { changed: certain.changed } : {});
  lockParents(context, target, columns, rows, draft, { checks: written?.checks });
  blurOverlaps(context, draft);
  return rows;
}

/** The key of a partitioned table, or of one it is a part of, is assigned. */
const movesAcross = (context: AnalysisContext, target: CatalogRelation, columns: readonly string[]): boolean =>
  ancestry(context.catalog, target.oid).some((oid) => movesRows(context, context.catalog.relations.get(oid)!, columns));

async function describeInsert(context: AnalysisContext, task: WriteTask, draft: DraftStatement): Promise<Rows> {
  const { body, target, relation, scope } = task;
  const conflict: Node | undefined = body.onConflictClause;
  const given = givenColumns(target, body);
  const arbiters = conflict ? arbitersOf(context, target, conflict) : [];
  const source: RowSource = insertedSource(context, relation, body, body.withClause);
  const asked = { assigned: undefined, arbiters: arbiters ?? [] };
  // A view may give its columns other names, and decide otherwise about what conflicts.
  const plain = relation === target || (!conflict && given.every((name) => relation.columns.some((column) => column.name === name)));
  let written = scope.countable && plain ? await countWrittenKeys(context, target, source, asked) : undefined;
  if (context.after.writes) written = undefined;
  const all = settled(
    context,
    task,
    scope.handed ?? insertedRows(context, "insert", body) ?? (written ? counted(written.rows) : undefined),
  );
  const probe = forecastTriggers(context, target.oid, "insert", all);
  const certain = written && arbiters && !probe.alters && all.kind === "exact" ? written : undefined;
  const known = certain?.conflicting;
  const fresh = !conflict ? (probe.alters ? estimated(all) : all) : known === undefined ? estimated(all) : counted(all.value - known);
  addForecast(draft, forecastTriggers(context, target.oid, "insert", fresh, undefined, conflict ? { proposed: all } : {}));
  const updates = conflict?.action === "ONCONFLICT_UPDATE";
  const changes: Rows =
    known === undefined
      ? { value: all.value === 0 ? 0 : Math.round(all.value / 2), kind: all.kind === "unknown" ? "unknown" : "estimate" }
      : counted(known);
  if (!updates || known === undefined || !isNone(fresh)) pushEffect(draft, target, "insert", given, fresh);
  lockParts(context, target, ["insert"], false, certain, draft);
  if (updates) describeConflictUpdate(context, target, conflict, changes, draft);
  if (!isNone(fresh)) lockParents(context, target, undefined, fresh, draft, { checks: certain?.checks, given });
  describeSequences(context, target, given, all, draft);
  return fresh;
}

/** Rows that were there already and are changed instead. */
function describeConflictUpdate(context: AnalysisContext, target: CatalogRelation, clause: Node, found: Rows, draft: DraftStatement): void {
  const columns = assignedColumns({ targetList: clause.targetList }, "update");
  const conditional = clause.whereClause !== undefined && !isNone(found);
  const probe = forecastTriggers(context, target.oid, "update", found, columns);
  const rows = (conditional || probe.alters) && !isNone(found) ? estimated(found) : found;
  addForecast(draft, rows === found ? probe : forecastTriggers(context, target.oid, "update", rows, columns));
  pushEffect(draft, target, "update", columns, rows);
  describeUpdateCascades(context, target, columns, rows, draft);
  lockParents(context, target, columns, rows, draft);
}

export function pushEffect(
  draft: DraftStatement,
  target: CatalogRelation,
  event: WriteEvent,
  columns: readonly string[],
  rows: Rows,
): void {
  if (rows.kind === "unknown") draft.incomplete = true;
  draft.effects.push({
    effect: effectOf(event),
    object: qualified(target),
    kind: kindWord(target.kind),
    ...(columns.length > 0 ? { columns: [...columns] } : {}),
    rows: withFraction(rows, target, event),
  });
}

/** Nothing that follows from the statement is certain any more, but what does not happen at all. */
function blurAll(draft: DraftStatement): void {
  for (const figure of [...draft.cascades, ...draft.sideEffects.flatMap((item) => item.writes ?? [])])
    if (!isNone(figure.rows)) figure.rows = estimated(figure.rows);
}

/** Rows of a part that are written under the name of the whole are counted by the server for the part, if that is named as well. */
export function blurOverlaps({ catalog }: AnalysisContext, draft: DraftStatement): void {
  const figures = [
    ...draft.effects.filter((item) => item.effect !== "read"),
    ...draft.cascades,
    ...draft.sideEffects.flatMap((item) => item.writes ?? []),
  ];
  const named = new Set(figures.map((item) => catalog.byName.get(item.object)?.oid).filter((oid) => oid !== undefined));
  for (const figure of figures) {
    const relation = catalog.byName.get(figure.object);
    if (!relation || figure.rows.kind !== "exact" || isNone(figure.rows)) continue;
    const above = ancestry(catalog, relation.oid)
      .slice(1)
      .filter((oid) => named.has(oid));
    const below = [...named].some((oid) => oid !== relation.oid && ancestry(catalog, oid).includes(relation.oid));
    const shared = above.some((oid) =>
      figures.some((item) => item.effect === figure.effect && item.object === qualified(catalog.relations.get(oid)!)),
    );
    if (below || shared) figure.rows = estimated(figure.rows);
  }
}

function plannedWrite(draft: DraftStatement, { use }: TableReference, relation: CatalogRelation): PlannedWrite | undefined {
  const candidates = (draft.planned?.writes ?? []).filter((write) => write.operation === OPERATIONS[use]);
  const own = candidates.filter((write) => write.object === qualified(relation) || write.object === "");
  if (own.length === 1) return own[0]!.object === "" ? { ...own[0]!, object: qualified(relation) } : own[0];
  return own.length === 0 && candidates.length === 1 ? candidates[0] : undefined;
}
