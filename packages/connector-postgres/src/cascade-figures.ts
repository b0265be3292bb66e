import type { Rows } from "@interlock/protocol";
import type { AnalysisContext } from "./analysis-context.ts";
import type { CatalogRelation, ForeignKey } from "./catalog-model.ts";
import type { Closure } from "./closure.ts";

export const exactly = (value: number | undefined): Rows => (value === undefined ? unknownRows() : { value, kind: "exact" });
export const unknownRows = (): Rows => ({ value: 0, kind: "unknown" });

export function fraction(rows: Rows, table: CatalogRelation): Rows {
  if (rows.kind === "unknown" || table.tuples <= 0) return rows;
  return { ...rows, fraction: Math.min(1, rows.value / Math.max(table.tuples, rows.value)) };
}

/** The planner's word where it was asked; else children per parent by the tables' sizes, without those that refer to nothing. */
export function scaled({ catalog }: AnalysisContext, key: ForeignKey, rows: Rows, planned?: ReadonlyMap<number, number>): Rows {
  const child = catalog.relations.get(key.child)!;
  const parent = catalog.relations.get(key.parent)!;
  if (rows.kind === "unknown") return unknownRows();
  const asked = rows.value === 0 ? 0 : planned?.get(key.oid);
  const most = child.tuples < 0 ? Infinity : child.tuples;
  if (asked !== undefined) return { value: Math.min(Math.round(asked), most), kind: "estimate" };
  if (child.tuples < 0 || parent.tuples < 0) return unknownRows();
  const referring = child.tuples * (1 - (key.nullShare ?? 0));
  return { value: Math.min(Math.round(rows.value * (referring / Math.max(parent.tuples, 1))), child.tuples), kind: "estimate" };
}

export function estimatedDeletes(
  context: AnalysisContext,
  closure: Closure,
  rows: Rows,
  planned: ReadonlyMap<number, number> | undefined,
): Map<number, Rows> {
  const figures = new Map<number, Rows>([[closure.deletes[0]!.table, rows]]);
  for (const entry of closure.deletes.slice(1)) {
    const parts = entry.via.map((key) => scaled(context, key, figures.get(key.parent) ?? rows, planned));
    const child = context.catalog.relations.get(entry.table)!;
    const sum = parts.reduce((total, part) => total + part.value, 0);
    figures.set(
      entry.table,
      parts.some((part) => part.kind === "unknown")
        ? unknownRows()
        : { value: child.tuples < 0 ? sum : Math.min(sum, child.tuples), kind: "estimate" },
    );
  }
  // A reference to itself, at once or by way of others, may follow any number of generations.
  const root = closure.deletes[0]!;
  if (root.self.length > 0 || root.via.length > 0) figures.set(root.table, unknownRows());
  return figures;
}
