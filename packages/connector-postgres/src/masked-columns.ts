import { findRelation, qualified } from "./catalog.ts";
import type { Catalog, CatalogRelation, SessionFacts } from "./catalog-model.ts";
import { tableReferences } from "./table-references.ts";
import { names, walk } from "./tree.ts";

/** Whether `schema.table.column` matches a pattern in which `*` stands for any one part. */
export function matchesMask(column: string, patterns: readonly string[]): boolean {
  const parts = column.toLowerCase().split(".");
  return patterns.some((pattern) => {
    const wanted = pattern.toLowerCase().split(".");
    return wanted.length === parts.length && wanted.every((part, i) => part === "*" || part === parts[i]);
  });
}

/**
 * Whether evaluating a predicate would look at masked values, so that a count of its rows answers questions about them. In doubt, yes.
 */
export function touchesMasked(tree: unknown, catalog: Catalog, facts: SessionFacts, patterns: readonly string[]): boolean {
  if (patterns.length === 0) return false;
  const masked = new Set<string>();
  const rows = new Set<string>();
  for (const { ref, alias } of tableReferences(tree)) {
    const relation = findRelation(catalog, facts, ref);
    if (!relation) continue;
    const own = relation.columns.filter((column) => matchesMask(`${qualified(relation)}.${column.name}`, patterns));
    for (const column of own) masked.add(column.name);
    // A whole-row reference reads every column; a view may show a masked column under another name.
    if (own.length > 0) rows.add(alias).add(relation.name);
    if (reachesMasked(relation, catalog, patterns, new Set())) return true;
  }
  if (masked.size === 0) return false;
  let touches = false;
  walk(tree, (type, body) => {
    if (type === "ColumnRef") {
      const parts = names(body.fields);
      const last = parts.at(-1) ?? "";
      if (masked.has(last) || (parts.length === 1 && rows.has(last)) || (last === "*" && isRowTest(parts, rows))) touches = true;
    }
    if (type === "JoinExpr" && (body.isNatural || names(body.usingClause).some((name) => masked.has(name)))) touches = true;
  });
  return touches;
}

function reachesMasked(relation: CatalogRelation, catalog: Catalog, patterns: readonly string[], seen: Set<number>): boolean {
  if (seen.has(relation.oid)) return false;
  seen.add(relation.oid);
  return (catalog.relationReach.get(relation.oid) ?? []).some((oid) => {
    const below = catalog.relations.get(oid);
    if (!below) return false;
    return (
      below.columns.some((column) => matchesMask(`${qualified(below)}.${column.name}`, patterns)) ||
      reachesMasked(below, catalog, patterns, seen)
    );
  });
}

/** `alias.*` of a table with masked columns, or a star over everything. */
const isRowTest = (parts: string[], rows: ReadonlySet<string>): boolean => parts.length === 1 || rows.has(parts.at(-2) ?? "");
