import type { Rows } from "@interlock/protocol";
import type { AnalysisContext } from "./analysis-context.ts";
import { qualified } from "./catalog.ts";
import type { CatalogRelation, ForeignKey } from "./catalog-model.ts";
import { keysTo, type Closure, type ClosureCounts } from "./closure.ts";
import type { DraftStatement } from "./draft-statement.ts";
import { forecastTriggers, type WriteEvent } from "./triggers.ts";
import { holds } from "./versions.data.ts";

/** SQLSTATE of a delete that a RESTRICT key forbids: its own since 18. */
const restrictCode = (version: number): string => (holds("restrictCode", version) ? "23001" : "23503");

/** Rows that go with, or change with, deleted rows; and keys that forbid the delete. */
export function describeDeleteCascades(
  context: AnalysisContext,
  target: CatalogRelation,
  closure: Closure,
  counts: ClosureCounts | undefined,
  rows: Rows,
  draft: DraftStatement,
): void {
  const { catalog } = context;
  if (rows.kind === "exact" && rows.value === 0 && counts === undefined && !closure.circular) return;
  const estimates = estimatedDeletes(context, closure, rows);
  const losing = new Set(closure.deletes.map((entry) => entry.table));
  for (const entry of closure.deletes) {
    const table = catalog.relations.get(entry.table)!;
    const keys = [...entry.via, ...entry.self];
    if (keys.length === 0) continue;
    // A trigger that changes or drops rows of a child makes what lies below it uncertain, too.
    const figure = counts ? exactly(counts.deletes.get(entry.table)) : (estimates.get(entry.table) ?? unknownRows());
    draft.locks.add(qualified(table), "RowExclusiveLock");
    if (entry.table !== target.oid || entry.self.length > 0)
      draft.cascades.push({
        object: qualified(table),
        effect: "delete",
        rows: fraction(figure, table),
        via: keys.map((key) => key.name),
        depth: Math.max(1, entry.depth),
      });
    fire(context, table, "delete", figure, undefined, draft);
    for (const key of keys) if (!hasIndex(context, key)) noteUnindexed(context, key, draft);
  }
  for (const { key, depth } of closure.sets) {
    const table = catalog.relations.get(key.child)!;
    let figure = counts ? exactly(counts.sets.get(key.oid)) : scaled(context, key, estimates.get(key.parent) ?? rows);
    // Rows that another path deletes may be changed before they go; the server's order decides.
    if (losing.has(key.child) && key.child !== target.oid && figure.kind === "exact") figure = { ...figure, kind: "estimate" };
    draft.locks.add(qualified(table), "RowExclusiveLock");
    if (key.onDelete === "d") {
      // The default is checked like any new reference, and that nothing is left pointing at what is gone.
      draft.locks.add(qualified(table), "RowShareLock");
      draft.locks.add(qualified(catalog.relations.get(key.parent)!), "RowShareLock");
      if (figure.value > 0)
        draft.notes.push(`${key.name} sets a default that must exist in ${qualified(catalog.relations.get(key.parent)!)}`);
    }
    const known = draft.cascades.find((cascade) => cascade.object === qualified(table) && cascade.effect === "modify");
    if (known) {
      known.rows = { value: known.rows.value + figure.value, kind: known.rows.kind === "exact" ? figure.kind : known.rows.kind };
      known.via.push(key.name);
    } else draft.cascades.push({ object: qualified(table), effect: "modify", rows: fraction(figure, table), via: [key.name], depth });
    fire(context, table, "update", figure, childNames(context, key), draft);
    if (!hasIndex(context, key)) noteUnindexed(context, key, draft);
    const onward = keysTo(catalog, key.child).filter((other) => other.parentColumns.some((attnum) => key.childColumns.includes(attnum)));
    if (onward.length > 0) {
      draft.incomplete = true;
      draft.notes.push(`${qualified(table)} passes the change on through ${onward.map((other) => other.name).join(", ")}`);
    }
  }
  for (const key of closure.blocks) {
    const child = catalog.relations.get(key.child)!;
    draft.locks.add(qualified(child), "RowShareLock");
    if (!hasIndex(context, key)) noteUnindexed(context, key, draft);
    const holding = counts?.blocks.get(key.oid);
    if (holding === undefined) {
      if (rows.kind !== "exact" || rows.value > 0)
        draft.notes.push(`${qualified(child)} may forbid this through ${key.name}; its rows were not counted`);
    } else if (holding > 0) {
      const code = key.onDelete === "r" ? restrictCode(catalog.version) : "23503";
      draft.willFail.push({ code, reason: `${holding} rows of ${qualified(child)} still refer to these rows (${key.name})` });
    }
  }
}

/** Changing a referenced key reaches the rows that refer to it. Whether values really change is not known, so figures are estimates. */
export function describeUpdateCascades(
  context: AnalysisContext,
  target: CatalogRelation,
  columns: readonly string[],
  rows: Rows,
  draft: DraftStatement,
): void {
  const { catalog } = context;
  if (rows.kind === "exact" && rows.value === 0) return;
  for (const key of keysTo(catalog, target.oid)) {
    const names = key.parentColumns.map(
      (attnum) => catalog.relations.get(key.parent)?.columns.find((column) => column.attnum === attnum)?.name ?? "",
    );
    if (!names.some((name) => columns.includes(name))) continue;
    const child = catalog.relations.get(key.child)!;
    if (key.onUpdate === "a" || key.onUpdate === "r") {
      draft.locks.add(qualified(child), "RowShareLock");
      draft.notes.push(`${qualified(child)} may forbid changing ${names.join(", ")} through ${key.name}`);
      continue;
    }
    const figure = scaled(context, key, rows);
    draft.locks.add(qualified(child), "RowExclusiveLock");
    draft.cascades.push({ object: qualified(child), effect: "modify", rows: fraction(figure, child), via: [key.name], depth: 1 });
    fire(context, child, "update", figure, childNames(context, key), draft);
    if (keysTo(catalog, key.child).some((other) => other.parentColumns.some((attnum) => key.childColumns.includes(attnum))))
      draft.incomplete = true;
  }
}

function fire(
  context: AnalysisContext,
  table: CatalogRelation,
  event: WriteEvent,
  rows: Rows,
  columns: string[] | undefined,
  draft: DraftStatement,
): void {
  const forecast = forecastTriggers(context, table.oid, event, rows, columns);
  draft.sideEffects.push(...forecast.sideEffects);
  draft.willFail.push(...forecast.willFail);
  draft.notes.push(...forecast.notes);
  if (!forecast.complete) draft.incomplete = true;
  if (forecast.alters) {
    draft.notes.push(`A BEFORE trigger on ${qualified(table)} may change what cascades`);
    for (const cascade of draft.cascades) if (cascade.rows.kind === "exact") cascade.rows = { ...cascade.rows, kind: "estimate" };
  }
  for (const write of forecast.sideEffects.flatMap((effect) => effect.writes ?? [])) draft.locks.add(write.object, "RowExclusiveLock");
}

const childNames = ({ catalog }: AnalysisContext, key: ForeignKey): string[] =>
  (key.setColumns.length > 0 ? key.setColumns : key.childColumns).map(
    (attnum) => catalog.relations.get(key.child)?.columns.find((column) => column.attnum === attnum)?.name ?? "",
  );

const exactly = (value: number | undefined): Rows => (value === undefined ? unknownRows() : { value, kind: "exact" });
const unknownRows = (): Rows => ({ value: 0, kind: "unknown" });

function fraction(rows: Rows, table: CatalogRelation): Rows {
  if (rows.kind === "unknown" || table.tuples <= 0) return rows;
  return { ...rows, fraction: Math.min(1, rows.value / Math.max(table.tuples, rows.value)) };
}

/** Children per parent by the tables' sizes. */
function scaled({ catalog }: AnalysisContext, key: ForeignKey, rows: Rows): Rows {
  const child = catalog.relations.get(key.child)!;
  const parent = catalog.relations.get(key.parent)!;
  if (rows.kind === "unknown" || child.tuples < 0 || parent.tuples < 0) return unknownRows();
  return { value: Math.round(rows.value * (child.tuples / Math.max(parent.tuples, 1))), kind: "estimate" };
}

function estimatedDeletes(context: AnalysisContext, closure: Closure, rows: Rows): Map<number, Rows> {
  const figures = new Map<number, Rows>([[closure.deletes[0]!.table, rows]]);
  for (const entry of closure.deletes.slice(1)) {
    const parts = entry.via.map((key) => scaled(context, key, figures.get(key.parent) ?? rows));
    const child = context.catalog.relations.get(entry.table)!;
    const sum = parts.reduce((total, part) => total + part.value, 0);
    figures.set(
      entry.table,
      parts.some((part) => part.kind === "unknown") ? unknownRows() : { value: Math.min(sum, Math.max(child.tuples, 0)), kind: "estimate" },
    );
  }
  // A self reference may follow any number of generations.
  const root = closure.deletes[0]!;
  if (root.self.length > 0) figures.set(root.table, unknownRows());
  return figures;
}

function hasIndex({ catalog }: AnalysisContext, key: ForeignKey): boolean {
  return catalog.indexes.some(
    (index) =>
      index.table === key.child &&
      index.valid &&
      !index.partial &&
      key.childColumns.every((attnum) => index.columns.slice(0, key.childColumns.length).includes(attnum)),
  );
}

function noteUnindexed({ catalog }: AnalysisContext, key: ForeignKey, draft: DraftStatement): void {
  const child = catalog.relations.get(key.child)!;
  if (draft.risks.some((risk) => risk.code === "unindexed-foreign-key" && risk.message.includes(key.name))) return;
  const columns = key.childColumns.map((attnum) => child.columns.find((column) => column.attnum === attnum)?.name ?? "").join(", ");
  draft.risks.push({
    code: "unindexed-foreign-key",
    severity: child.tuples > 10_000 ? "warning" : "info",
    message: `${qualified(child)} has no index on ${columns} (${key.name}), so it is read whole for every deleted row`,
    suggestion: {
      text: `CREATE INDEX CONCURRENTLY ON ${qualified(child)} (${columns});`,
      why: "Each deleted row then finds its children by index.",
    },
  });
}
