import type { CatalogRelation } from "../catalog-model.ts";
import { parseGrammar } from "../grammar.ts";
import { names, walk } from "../tree.ts";

/**
 * Generated columns that change with others: an UPDATE of the columns they are computed from counts as one of them, for `UPDATE OF` as well.
 * A BEFORE trigger (`guarded`) might change more, so all are computed then (ExecInitGenerated in nodeModifyTable.c).
 */
export function computedFrom(relation: CatalogRelation, assigned: readonly string[], guarded: boolean): string[] {
  return relation.columns.flatMap(({ name, generated, expression }) => {
    if (!generated || expression === undefined) return [];
    const read = columnsIn(expression);
    // What cannot be read may be computed from anything.
    return guarded || read === undefined || assigned.some((column) => read.has(column)) ? [name] : [];
  });
}

/** Names of the columns an expression of the catalogue's own reads; undefined when it cannot be read, or reads the whole row. */
function columnsIn(expression: string): ReadonlySet<string> | undefined {
  const parsed = parseGrammar(`select ${expression}`);
  if (!parsed.ok) return undefined;
  const found = new Set<string>();
  let whole = false;
  walk(parsed.statements[0]?.stmt, (type, body) => {
    if (type !== "ColumnRef") return;
    const name = names(body.fields).at(-1);
    if (name === undefined || name === "*") whole = true;
    else found.add(name);
  });
  return whole ? undefined : found;
}
