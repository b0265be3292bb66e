import type { AnalysisContext } from "../analysis-context.ts";
import { family } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { PlannedWrite } from "../explain.ts";

/** Pages the planner takes a small table for that was never analysed (table_block_relation_estimate_size in tableam.c). */
const ASSUMED_PAGES = 10;

/** The planner's figure in proportion to the pages that are really there, where it had to assume them. */
export async function fitted(context: AnalysisContext, target: CatalogRelation, planned: PlannedWrite): Promise<PlannedWrite> {
  const parts = family(context.catalog, target.oid)
    .map((oid) => context.catalog.relations.get(oid)!)
    .filter((relation) => relation.kind === "r");
  if (parts.length === 0 || !parts.some((relation) => relation.tuples < 0)) return planned;
  const rows = await context.session.query(
    "SELECT o::int8 AS oid, pg_relation_size(o::oid) / current_setting('block_size')::int AS pages FROM unnest($1::int8[]) AS u(o)",
    [parts.map((relation) => relation.oid)],
  );
  const pages = new Map(rows.map((row) => [Number(row.oid), Number(row.pages ?? 0)]));
  const real = parts.reduce((sum, relation) => sum + (pages.get(relation.oid) ?? 0), 0);
  const assumed = parts.reduce((sum, relation) => {
    const own = pages.get(relation.oid) ?? 0;
    return sum + (relation.tuples < 0 ? Math.max(own, ASSUMED_PAGES) : own);
  }, 0);
  return assumed > 0 ? { ...planned, rows: planned.rows * Math.min(1, real / assumed) } : planned;
}
