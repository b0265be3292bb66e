import { findRelation } from "../../catalog.ts";
import { names, rangeName, type Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { columnIn, conditionsOf, operatorOf, soleRange } from "../statement-subject.ts";
import { changed } from "../suggested-text.ts";
import { LARGE_ROWS, rowsOf } from "../table-size.ts";

export const implicitCast: RiskRule = {
  code: "implicit-cast",
  severity: "warning",
  about:
    "A value of another type than the column: the column is converted row by row and its index is left aside, or the comparison fails.",
  covers: ["sequential-scan", "unindexed-predicate"],
  find(input) {
    const range = soleRange(input);
    const relation = range && findRelation(input.catalog, input.facts, rangeName(range));
    if (!relation) return undefined;
    for (const condition of conditionsOf(input.body.whereClause)) {
      if (!["=", "<", ">", "<=", ">=", "<>"].includes(operatorOf(condition) ?? "")) continue;
      const column = columnIn(relation, condition.A_Expr.lexpr);
      const given: Node = condition.A_Expr.rexpr ?? {};
      if (!column) continue;
      const value = fitting(column.type, given);
      if (value === undefined) continue;
      const text = value.fails !== true;
      if (text && rowsOf(input.catalog, relation) < LARGE_ROWS) continue;
      const wanted = JSON.stringify(condition);
      return {
        message: text
          ? `${column.name} is ${column.type} and compared with another type: every row of ${relation.name} is converted, and no index is used`
          : `${column.name} is ${column.type} and cannot be compared with a number`,
        suggestion: {
          text: changed(input, (body) => {
            const parts: Node[] = conditionsOf(body.whereClause);
            for (const part of parts) if (JSON.stringify(part) === wanted) part.A_Expr.rexpr = value.node;
          }),
          why: "The value is written in the column's own type, so that an index on it can be used.",
        },
      };
    }
    return undefined;
  },
};

/** The value in the column's own type, where the one given is of another that PostgreSQL converts the column for, or refuses. */
function fitting(type: string, given: Node): { node: Node; fails?: true } | undefined {
  const cast = names(given.TypeCast?.typeName?.names).at(-1);
  const number = given.A_Const?.fval?.fval ?? given.TypeCast?.arg?.A_Const?.fval?.fval;
  const whole = given.TypeCast?.arg?.A_Const?.ival;
  if (["integer", "bigint", "smallint"].includes(type)) {
    if (number !== undefined && /^\d+\.0*$/.test(number)) return { node: { A_Const: { ival: { ival: Number(number) } } } };
    if (whole && ["numeric", "float8", "float4"].includes(cast ?? "")) return { node: { A_Const: { ival: whole } } };
  }
  if (/^(text|character)/.test(type) && given.A_Const?.ival)
    return { node: { A_Const: { sval: { sval: String(given.A_Const.ival.ival ?? 0) } } }, fails: true };
  return undefined;
}
