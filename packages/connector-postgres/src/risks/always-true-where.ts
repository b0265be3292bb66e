import { constant, type Node } from "../tree.ts";
import type { RiskRule } from "./risk-rule.ts";

/** A WHERE clause that no row can fail, such as `1 = 1`, `true` or `x = x`. */
export const alwaysTrueWhere: RiskRule = ({ type, body }) => {
  if (type !== "DeleteStmt" && type !== "UpdateStmt") return undefined;
  if (!isAlwaysTrue(body.whereClause)) return undefined;
  return { code: "always-true-where", severity: "danger", message: "The WHERE clause is true for every row" };
};

export function isAlwaysTrue(node: Node | undefined): boolean {
  if (!node) return false;
  if (node.A_Const?.boolval) return node.A_Const.boolval.boolval === true;
  if (node.BoolExpr?.boolop === "OR_EXPR") return node.BoolExpr.args.some(isAlwaysTrue);
  if (node.BoolExpr?.boolop === "AND_EXPR") return node.BoolExpr.args.every(isAlwaysTrue);
  const compare = node.A_Expr;
  if (compare?.kind !== "AEXPR_OP" || !["=", ">=", "<="].includes(compare.name?.[0]?.String?.sval)) return false;
  const left = constant(compare.lexpr);
  if (left !== undefined) return left === constant(compare.rexpr);
  const place = (side: Node | undefined) => JSON.stringify(side?.ColumnRef?.fields);
  return compare.lexpr?.ColumnRef !== undefined && place(compare.lexpr) === place(compare.rexpr);
}
