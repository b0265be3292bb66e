import { family } from "../catalog.ts";
import type { Catalog, CatalogRelation } from "../catalog-model.ts";

/** Relations from this many rows on are large: reading one whole takes noticeable time. */
export const LARGE_ROWS = 100_000;

/** Below this many rows a scan or a rewrite is over within milliseconds: nobody notices. */
export const SMALL_ROWS = 10_000;

/** Rows of a relation and of all that inherits from it; infinite when the server has no statistics of one, since it may be large. */
export function rowsOf(catalog: Catalog, relation: CatalogRelation): number {
  const parts = family(catalog, relation.oid).map((oid) => catalog.relations.get(oid) ?? relation);
  return parts.filter(({ kind }) => kind !== "p").reduce((sum, { tuples }) => sum + (tuples < 0 ? Infinity : tuples), 0);
}

/** As rowsOf, for relations by `schema.name`. */
export const rowsNamed = (catalog: Catalog, names: readonly string[]): number =>
  names.reduce((sum, name) => {
    const relation = catalog.byName.get(name);
    return sum + (relation ? rowsOf(catalog, relation) : 0);
  }, 0);

/** `about 120,000 rows`, or words for an unknown number. */
export const amount = (rows: number): string =>
  Number.isFinite(rows) ? `about ${Math.round(rows).toLocaleString("en")} rows` : "an unknown number of rows";
