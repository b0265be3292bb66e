import type { AnalysisContext } from "../analysis-context.ts";
import { family, findRelation } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { PlannedWrite } from "../explain.ts";
import { rangeName, type Node } from "../tree.ts";

/** Pages the planner takes a small table for that was never analysed (table_block_relation_estimate_size in tableam.c). */
const ASSUMED_PAGES = 10;
/** Looking at a file waits for whoever has its table to himself. */
const PAGES_MS = 100;
/** `empty`: rows were put in, and of all that were none is left; what the statistics collector has not heard of is not. */
const PAGES = `SELECT o::int8 AS oid, pg_relation_size(o::oid) / current_setting('block_size')::int AS pages,
  pg_stat_get_live_tuples(o::oid) = 0 AND pg_stat_get_tuples_inserted(o::oid) > 0 AS empty FROM unnest($1::int8[]) AS u(o)`;

/** The planner's figure in proportion to the pages that are really there, where it had to assume them. `ranges`: what the target is joined with. */
export async function fitted(
  context: AnalysisContext,
  target: CatalogRelation,
  planned: PlannedWrite,
  ranges: readonly Node[] = [],
): Promise<PlannedWrite> {
  const fit = await fitOf(context, target, ranges);
  return fit === 1 ? planned : { ...planned, rows: planned.rows * fit };
}

/** Share of the planner's rows, 0…1, that tables of these sizes can have: nothing where one of them stores nothing. */
export async function fitOf(context: AnalysisContext, target: CatalogRelation, ranges: readonly Node[]): Promise<number> {
  const relations = [...new Set([target, ...joined(context, ranges)])].map((relation) => storedParts(context, relation));
  // What is known to have had rows and pages when it was analysed is planned as it is.
  const unsure = relations.filter((parts) => parts.some(({ tuples, pages }) => tuples < 0 || pages === 0));
  if (unsure.length === 0) return 1;
  const oids = unsure.flat().map(({ oid }) => oid);
  const asked = await context.session.attempt(PAGES_MS, () => context.session.query(PAGES, [oids]));
  if (!asked.ok) return 1;
  const found = new Map(asked.value.map((row) => [Number(row.oid), row.empty ? 0 : Number(row.pages ?? 0)]));
  return unsure.reduce((fit, parts) => fit * shareOf(parts, found), 1);
}

function shareOf(parts: readonly CatalogRelation[], found: ReadonlyMap<number, number>): number {
  const real = parts.reduce((sum, { oid }) => sum + (found.get(oid) ?? 0), 0);
  if (real === 0) return 0;
  const planned = parts.reduce((sum, { oid, tuples }) => {
    const own = found.get(oid) ?? 0;
    return sum + (tuples < 0 ? Math.max(own, ASSUMED_PAGES) : own);
  }, 0);
  return Math.min(1, real / planned);
}

const storedParts = ({ catalog }: AnalysisContext, relation: CatalogRelation): CatalogRelation[] =>
  family(catalog, relation.oid)
    .map((oid) => catalog.relations.get(oid)!)
    .filter(({ kind }) => kind === "r" || kind === "m");

/** Tables without whose rows a join has none: plain ranges and inner joins. */
function joined(context: AnalysisContext, ranges: readonly Node[]): CatalogRelation[] {
  return ranges.flatMap((range): CatalogRelation[] => {
    const join: Node | undefined = range.JoinExpr;
    if (join) return join.jointype === "JOIN_INNER" ? joined(context, [join.larg, join.rarg]) : [];
    const relation = range.RangeVar ? findRelation(context.catalog, context.facts, rangeName(range.RangeVar)) : undefined;
    return relation ? [relation] : [];
  });
}
