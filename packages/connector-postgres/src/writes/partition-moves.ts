import type { AnalysisContext } from "../analysis-context.ts";
import { family } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import { columnNames } from "./key-locks.ts";

/** The key of a partitioned table, or of one of its parts, is assigned. */
export const movesRows = ({ catalog }: AnalysisContext, target: CatalogRelation, columns: readonly string[]): boolean =>
  family(catalog, target.oid).some((oid) => {
    const relation = catalog.relations.get(oid)!;
    return relation.partitionKey.some(
      (attnum) => attnum === 0 || columns.includes(relation.columns.find((item) => item.attnum === attnum)?.name ?? ""),
    );
  });

/** Columns that decide about the partition; undefined where an expression does. */
export function partitionColumns({ catalog }: AnalysisContext, target: CatalogRelation): string[] | undefined {
  const parts = family(catalog, target.oid).map((oid) => catalog.relations.get(oid)!);
  if (parts.some((part) => part.partitionKey.includes(0))) return undefined;
  return [...new Set(parts.flatMap((part) => columnNames(catalog, part.oid, part.partitionKey)))];
}

/** The condition each leaf's rows satisfy, written by the server. Undefined where code of somebody's own takes part. */
export async function partitionBounds(context: AnalysisContext, target: CatalogRelation): Promise<Map<number, string> | undefined> {
  const { catalog, session } = context;
  const leaves = family(catalog, target.oid).filter((oid) => catalog.relations.get(oid)?.kind === "r");
  if (leaves.length === 0 || leaves.length > 64 || !context.exact) return undefined;
  if (context.judge.relation(target.oid).ownCode) return undefined;
  const rows = await session.query(
    "SELECT o::int8 AS oid, pg_get_partition_constraintdef(o::oid) AS bound FROM unnest($1::int8[]) AS u(o)",
    [leaves],
  );
  return new Map(rows.flatMap((row) => (row.bound ? [[Number(row.oid), String(row.bound)] as const] : [])));
}
