import { constant, type Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";

export const alwaysTrueWhere: RiskRule = {
  code: "always-true-where",
  severity: "danger",
  about: "A WHERE that no row can fail, such as `1 = 1`, `id = id` or `a IS NULL OR a IS NOT NULL`, writes every row.",
  covers: ["update-again"],
  find({ type, body }) {
    if (type !== "DeleteStmt" && type !== "UpdateStmt") return undefined;
    if (!isAlwaysTrue(body.whereClause)) return undefined;
    return { message: `The WHERE clause is true for every row of ${body.relation.relname}` };
  },
};

/** `x = x` counts as true, though it is not for NULL: whoever writes it means every row. */
export function isAlwaysTrue(node: Node | undefined): boolean {
  if (!node) return false;
  if (node.A_Const?.boolval) return node.A_Const.boolval.boolval === true;
  if (node.TypeCast) return isAlwaysTrue(node.TypeCast.arg);
  const { boolop, args = [] } = node.BoolExpr ?? {};
  if (boolop === "OR_EXPR") return args.some(isAlwaysTrue) || coversNull(args);
  if (boolop === "AND_EXPR") return args.every(isAlwaysTrue);
  if (boolop === "NOT_EXPR") return isAlwaysFalse(args[0]);
  const compare = node.A_Expr;
  if (compare?.kind === "AEXPR_NOT_DISTINCT") return same(compare.lexpr, compare.rexpr);
  if (compare?.kind !== "AEXPR_OP") return false;
  const operator = compare.name?.[0]?.String?.sval;
  const [left, right] = [constant(compare.lexpr), constant(compare.rexpr)];
  if (left !== undefined && right !== undefined)
    return ["<>", "!="].includes(operator) ? left !== right : holds(operator) && left === right;
  return holds(operator) && same(compare.lexpr, compare.rexpr);
}

const holds = (operator: string): boolean => ["=", ">=", "<="].includes(operator);

function isAlwaysFalse(node: Node | undefined): boolean {
  if (node?.A_Const?.boolval) return node.A_Const.boolval.boolval !== true;
  const compare = node?.A_Expr;
  if (compare?.kind !== "AEXPR_OP" || compare.name?.[0]?.String?.sval !== "=") return false;
  const [left, right] = [constant(compare.lexpr), constant(compare.rexpr)];
  return left !== undefined && right !== undefined && left !== right;
}

/** Both `a IS NULL` and `a IS NOT NULL` among the alternatives. */
function coversNull(alternatives: Node[]): boolean {
  const asked = (kind: string) => alternatives.flatMap((item) => (item.NullTest?.nulltesttype === kind ? [item.NullTest.arg] : []));
  return asked("IS_NULL").some((one) => asked("IS_NOT_NULL").some((other) => same(one, other)));
}

const place = (node: Node | undefined): string | undefined => node?.ColumnRef && JSON.stringify(node.ColumnRef.fields);
const same = (left: Node | undefined, right: Node | undefined): boolean => place(left) !== undefined && place(left) === place(right);
