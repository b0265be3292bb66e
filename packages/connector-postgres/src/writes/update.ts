import { strongest, type Rows } from "@interlock/protocol";
import type { AnalysisContext } from "../analysis-context.ts";
import { changingKeys, describeUpdateCascades, keptParts, lockForbidding } from "../cascades.ts";
import { family, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import { keysTo } from "../closure.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { parseGrammar } from "../grammar.ts";
import { addForecast, forecastTriggers, isNone, type Firing } from "../triggers.ts";
import type { Node } from "../tree.ts";
import { holds } from "../versions.data.ts";
import { describeChecks } from "./check-option.ts";
import { pushEffect } from "./effects.ts";
import { assignedColumns, counted, estimated, NONE } from "./figures.ts";
import { countFirings } from "./firing-counts.ts";
import { columnNames, lockKeyTable, lockParents } from "./key-locks.ts";
import { isEmpty, nullsAssigned } from "./null-columns.ts";
import { foundRows, type RowSource } from "./row-source.ts";
import { plannedChildren } from "./planned-rows.ts";
import { describeDefaultsSet } from "./sequences.ts";
import { lockBounds, lockLeft, lockParts, reachOf } from "./target-locks.ts";
import { rangeOf, settled, type WriteTask } from "./task.ts";
import { movesRows } from "./partition-moves.ts";
import { countWrittenKeys, type WrittenKeys } from "./written-keys.ts";

/** An UPDATE, with the keys that really change and the partitions its rows go to. */
export async function describeUpdate(context: AnalysisContext, task: WriteTask, draft: DraftStatement): Promise<Rows> {
  const { body, named, target, scope, rows: found } = task;
  const columns = assignedColumns(body, "update");
  const from: Node[] = body.fromClause ?? [];
  const ranges = [rangeOf(named), found.range, ...from];
  let written: WrittenKeys | undefined;
  let source: RowSource | undefined;
  let rows: Rows | undefined;
  let counts: Firing["counts"];
  if (scope.countable) {
    const assigned = new Map<string, Node>(
      (body.targetList ?? []).flatMap((item: Node) => {
        const { name, val, indirection } = item.ResTarget;
        return [[name, indirection ? { MultiAssignRef: {} } : val.SetToDefault ? (defaultOf(target, name) ?? val) : val] as const];
      }),
    );
    const selected = {
      target: found,
      from: [found.range, ...from],
      where: body.whereClause,
      with: body.withClause,
      assigned,
      old: true,
    };
    source = foundRows(context, named, ranges, { ...selected, once: from.length === 0 });
    written = await countWrittenKeys(context, target, source, { assigned: columns });
    if (written) rows = counted(written.rows);
    // Where a row is matched several times any of them may be taken: all are asked.
    const matches = foundRows(context, named, ranges, { ...selected, once: true });
    if (written && written.rows > 0) counts = await countFirings(context, target, "update", columns, matches);
  }
  rows = settled(context, task, rows);
  if (context.after.writes) written = undefined;
  // Those that move pass the triggers of both, and the AFTER triggers of an UPDATE no longer.
  let stay: Rows | undefined;
  const moved = from.length === 0 ? written?.moved : undefined;
  const deletes = !holds("movesAreUpdates", context.catalog.version);
  let places = written;
  const crossing = movesRows(context, target, columns) && !isNone(rows) && moved !== 0;
  const moving = crossing ? { rows: moved, from: moved === undefined ? undefined : written?.leaving } : undefined;
  if (crossing) {
    draft.notes.push(`Rows of ${qualified(target)} that move to another partition are deleted there and inserted here`);
    if (written && moved !== undefined) stay = moved === written.rows ? NONE : { value: written.rows - moved, kind: "estimate" };
    rows = estimated(rows);
    if (describeMoves(context, target, rows, written, moved !== undefined, draft)) written = undefined;
  }
  const single = from.length === 0;
  const probe = forecastTriggers(context, target.oid, "update", rows, columns, { counts, single });
  if (probe.alters && !isNone(rows)) {
    rows = estimated(rows);
    written = undefined;
  }
  if (probe.alters) stay = places = undefined;
  const overtaken = isNone(rows) ? undefined : overtaking(context, target, columns, from.length === 0 ? written : undefined);
  const plain =
    scope.alone && (named === target || named.kind === "v") && probe.sideEffects.length === 0 && rows.kind === "exact" && !isNone(rows);
  if (plain) describeNulls(target, body.targetList ?? [], draft);
  if (plain && written && source && from.length === 0) await describeChecks(context, task, source, draft);
  const firing = stay ? { overtaken, counts, single, proposed: rows } : { overtaken, counts, single };
  addForecast(
    draft,
    probe.alters || overtaken || stay ? forecastTriggers(context, target.oid, "update", stay ?? rows, columns, firing) : probe,
  );
  pushEffect(draft, target, "update", columns, rows);
  lockParts(context, target, ["update"], reachOf(body.relation), places, draft);
  lockBounds(context, target, rows, draft);
  if (target.kind === "p") lockLeft(context, target, rows, places, draft);
  // Several matches of one row leave open which of them is taken.
  const certain = from.length === 0 ? written : undefined;
  const keys = certain || isNone(rows) ? [] : changingKeys(context, target, columns);
  const planned = await plannedChildren(context, task, from, keys);
  // Where every row is deleted and inserted, keys see no update.
  if (!deletes || stay !== NONE)
    describeUpdateCascades(
      context,
      target,
      columns,
      rows,
      draft,
      certain ? { changed: certain.changed, again: certain.again, moving } : { planned, moving },
    );
  const asked = { checks: written?.checks, nulls: nullsAssigned(target, body.targetList ?? []) };
  // A row that this transaction made is asked for all it refers to, changed or not (RI_FKey_fk_upd_check_required in ri_triggers.c).
  const assigned = context.after.earlier.made(target.oid) ? target.columns.map(({ name }) => name) : columns;
  lockParents(context, target, assigned, rows, draft, asked);
  // A row that moves is new where it goes.
  if (crossing) lockParents(context, target, undefined, rows, draft, asked);
  describeDefaultsSet(context, target, body.targetList ?? [], rows, draft);
  return rows;
}

/** What DEFAULT stands for, where the catalogue says it; a domain may have one of its own. */
function defaultOf(target: CatalogRelation, name: string): Node | undefined {
  const column = target.columns.find((item) => item.name === name);
  if (!column || column.identity || column.generated) return undefined;
  if (isEmpty(column)) return { A_Const: { isnull: true } };
  const parsed = column.expression === undefined ? undefined : parseGrammar(`select ${column.expression}`);
  return parsed?.ok ? parsed.statements[0]?.stmt.SelectStmt?.targetList?.[0]?.ResTarget?.val : undefined;
}

/** NULL, written out, for columns that take none. */
function describeNulls(target: CatalogRelation, assignments: readonly Node[], draft: DraftStatement): void {
  for (const { ResTarget: item } of assignments) {
    const column = target.columns.find(({ name }) => name === item.name);
    if (item.val?.A_Const?.isnull && !item.indirection && column?.notNull)
      draft.willFail.push({ code: "23502", reason: `${qualified(target)}.${column.name} cannot be NULL` });
  }
}

/** The UPDATE by which a table's key to itself passes a change on: it runs in the place of the statement that set it off. */
function overtaking(
  { catalog }: AnalysisContext,
  target: CatalogRelation,
  assigned: readonly string[],
  written: WrittenKeys | undefined,
): Firing["overtaken"] {
  const keys = keysTo(catalog, target.oid).filter(
    (key) =>
      key.child === target.oid &&
      "cnd".includes(key.onUpdate) &&
      written?.changed.get(key.oid)?.rows !== 0 &&
      columnNames(catalog, key.parent, key.parentColumns).some((name) => assigned.includes(name)),
  );
  if (keys.length === 0) return undefined;
  const columns = keys.flatMap((key) => columnNames(catalog, key.child, key.childColumns));
  return { columns, sure: keys.length === 1 && (written?.changed.get(keys[0]!.oid)?.rows ?? 0) > 0 };
}

/**
 * Rows that move to another partition are deleted in one and inserted in the other, with the row triggers of both, and keys may take them
 * for deleted: before 15 all, then those to the very partition they leave. Whether any key does. `certain`: `written` tells which rows move.
 */
export function describeMoves(
  context: AnalysisContext,
  target: CatalogRelation,
  rows: Rows,
  written: WrittenKeys | undefined,
  certain: boolean,
  draft: DraftStatement,
): boolean {
  const { catalog } = context;
  const moved = certain ? written?.moved : undefined;
  const passing: Rows = moved === undefined ? rows : { value: moved, kind: "estimate" };
  for (const event of ["delete", "insert"] as const)
    addForecast(draft, forecastTriggers(context, target.oid, event, passing, undefined, { rowsOnly: true }));
  const leaving = (certain ? written?.leaving : undefined) ?? family(catalog, target.oid).slice(1);
  const all = !holds("movesAreUpdates", catalog.version);
  const keys = keysTo(catalog, target.oid).filter((key) => all || leaving.includes(key.parent));
  for (const key of keys) {
    const child = catalog.relations.get(key.child)!;
    if (key.onDelete === "a" || key.onDelete === "d")
      lockForbidding(context, key, written?.sources ?? keptParts(context, target.oid, draft), draft);
    if (key.onDelete === "r") lockKeyTable(catalog, key.child, "RowShareLock", draft);
    if (!"cnd".includes(key.onDelete)) continue;
    const effect = key.onDelete === "c" ? "delete" : "modify";
    draft.effect = strongest([draft.effect, effect]);
    draft.cascades.push({ object: qualified(child), effect, rows: { value: 0, kind: "unknown" }, via: [key.name], depth: 1 });
    lockKeyTable(catalog, key.child, "RowExclusiveLock", draft);
    draft.notes.push(`Rows of ${qualified(child)} that refer to a row which moves are treated as if it were deleted (${key.name})`);
    draft.incomplete = true;
  }
  return keys.length > 0;
}
