import { findRelation, qualified } from "../../catalog.ts";
import type { CatalogColumn, CatalogRelation } from "../../catalog-model.ts";
import { constant, rangeName, type Node } from "../../tree.ts";
import type { RiskInput, RiskRule } from "../risk-rule.ts";
import { columnIn, conditionsOf, isAlone, operatorOf, soleRange } from "../statement-subject.ts";
import { andLater, ident } from "../suggested-text.ts";
import { amount, LARGE_ROWS, SMALL_ROWS } from "../table-size.ts";

/** An index is worth it where a condition keeps fewer than one row in this many. */
const FEW = 10;

export const sequentialScan: RiskRule = {
  code: "sequential-scan",
  severity: "warning",
  about: "A large table is read whole although a condition keeps few of its rows, and no index serves the condition.",
  find(input) {
    const scan = wholeScan(input);
    if (!scan) return undefined;
    return { message: `No index serves the condition: ${amount(scan.tuples)} of ${qualified(scan)} are read` };
  },
};

/** The large table whose rows are all read for the few that a condition keeps. */
export function wholeScan({ type, body, draft, catalog }: RiskInput): CatalogRelation | undefined {
  const scan = draft.planned?.seqScans.find((item) => {
    const tuples = catalog.byName.get(item.object)?.tuples ?? 0;
    if (!item.filtered || tuples < LARGE_ROWS || item.rows >= tuples / FEW) return false;
    // A LIMIT ends the scan as soon as enough is found, unless all must be sorted or grouped before.
    const limit = type === "SelectStmt" && !body.sortClause && !body.groupClause ? Number(constant(body.limitCount) ?? NaN) : NaN;
    return Number.isNaN(limit) || (tuples * limit) / Math.max(item.rows, 1) >= SMALL_ROWS;
  });
  return scan && catalog.byName.get(scan.object);
}

/** Where the one table a statement is about is read whole: it, and the parts of the condition. */
export function scannedWhole(input: RiskInput): { relation: CatalogRelation; range: Node; conditions: Node[] } | undefined {
  const range = soleRange(input);
  const scanned = range && wholeScan(input);
  if (!scanned || findRelation(input.catalog, input.facts, rangeName(range)) !== scanned) return undefined;
  return { relation: scanned, range, conditions: conditionsOf(input.body.whereClause) };
}

/** Columns of a condition that an index could find by: compared with something other than a column, equality first. */
export function searched(relation: CatalogRelation, conditions: readonly Node[]): CatalogColumn[] {
  const found = { equal: [] as CatalogColumn[], range: [] as CatalogColumn[] };
  for (const node of conditions) {
    const compare = node.A_Expr;
    const column = columnIn(relation, compare?.lexpr);
    if (!column || compare.rexpr?.ColumnRef) continue;
    const operator = operatorOf(node);
    if (operator === "=" || compare.kind === "AEXPR_IN" || compare.kind === "AEXPR_OP_ANY") found.equal.push(column);
    else if ((operator && ["<", "<=", ">", ">="].includes(operator)) || compare.kind === "AEXPR_BETWEEN") found.range.push(column);
  }
  return [...new Set([...found.equal, ...found.range.slice(0, 1)])];
}

/** Makes an index first; the statement itself waits in a comment, since an index built beside running writes is a command of its own. */
export function indexFirst(input: RiskInput, relation: CatalogRelation, columns: string): string | undefined {
  if (!isAlone(input) || relation.kind !== "r") return undefined;
  return andLater(`CREATE INDEX CONCURRENTLY ON ${ident(relation.schema)}.${ident(relation.name)} (${columns})`, input.draft.text);
}
