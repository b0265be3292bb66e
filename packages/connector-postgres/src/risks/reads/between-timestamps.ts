import { findRelation } from "../../catalog.ts";
import { constant, rangeName, type Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { columnIn, conditionsOf, soleRange } from "../statement-subject.ts";
import { changed } from "../suggested-text.ts";

export const betweenTimestamps: RiskRule = {
  code: "between-timestamps",
  severity: "warning",
  about: "BETWEEN with a day as the upper end of timestamps stops at that day's midnight: the day itself is left out.",
  find(input) {
    const range = soleRange(input);
    const relation = range && findRelation(input.catalog, input.facts, rangeName(range));
    for (const condition of conditionsOf(input.body.whereClause)) {
      if (condition.A_Expr?.kind !== "AEXPR_BETWEEN") continue;
      const column = columnIn(relation, condition.A_Expr.lexpr);
      const [from, to]: Node[] = condition.A_Expr.rexpr?.List?.items ?? [];
      const day = constant(to?.TypeCast?.arg ?? to);
      if (!column?.type.startsWith("timestamp") || !from || !day || !/^\d{4}-\d\d-\d\d$/.test(day)) continue;
      const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000);
      if (Number.isNaN(next.getTime())) continue;
      const compare = (operator: string, rexpr: Node): Node => ({
        A_Expr: { kind: "AEXPR_OP", name: [{ String: { sval: operator } }], lexpr: condition.A_Expr.lexpr, rexpr },
      });
      const wanted = JSON.stringify(condition);
      return {
        message: `It ends at midnight before ${day}: what happened on that day is left out`,
        suggestion: {
          text: changed(input, (body) => {
            const parts = conditionsOf(body.whereClause);
            const range = [compare(">=", from), compare("<", { A_Const: { sval: { sval: next.toISOString().slice(0, 10) } } })];
            body.whereClause = {
              BoolExpr: { boolop: "AND_EXPR", args: parts.flatMap((part) => (JSON.stringify(part) === wanted ? range : [part])) },
            };
          }),
          why: "From the first moment to before the next day: the last day counts whole, and nothing counts twice.",
        },
      };
    }
    return undefined;
  },
};
