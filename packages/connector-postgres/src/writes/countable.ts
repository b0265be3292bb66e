import type { AnalysisContext } from "../analysis-context.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import { classifyQuery } from "../classify-expression.ts";
import { policed } from "../row-security.ts";
import { touchesMasked } from "../masked-columns.ts";
import { walk, type Node } from "../tree.ts";

/**
 * Whether parts of a statement may be evaluated to count: nothing volatile, nobody's own code, no parameters, and nothing that would tell
 * of masked values. `ranges` are the relations that names in the parts may come from.
 */
export function isCountable(context: AnalysisContext, relation: CatalogRelation, parts: Node, ranges: readonly Node[]): boolean {
  return context.exact && !context.after.writes && isReadable(context, relation, parts, ranges);
}

/** Whether such parts may be made into a query of their own, if only to have it planned. */
export function isReadable(context: AnalysisContext, relation: CatalogRelation, parts: Node, ranges: readonly Node[]): boolean {
  if (context.after.meaning || relation.kind === "f" || policed(context, relation)) return false;
  const found = classifyQuery(parts);
  if (found.effect !== "read" || found.volatile || found.calls.length > 0) return false;
  const scoped = { SelectStmt: { ...parts, fromClause: ranges } };
  const judged = context.judge.statement(scoped, found);
  if (judged.effect !== "read" || judged.ownCode || judged.volatile) return false;
  let open = false;
  walk(parts, (type) => {
    if (type === "ParamRef" || type === "CurrentOfExpr" || type === "SetToDefault" || type === "MultiAssignRef") open = true;
  });
  return !open && !touchesMasked(scoped, context.catalog, context.facts, context.masked);
}
