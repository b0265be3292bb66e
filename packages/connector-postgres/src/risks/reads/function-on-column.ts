import { constant, nameOf, names, type Node } from "../../tree.ts";
import type { RiskInput, RiskRule } from "../risk-rule.ts";
import { columnIn, operatorOf } from "../statement-subject.ts";
import { changed, expressionText } from "../suggested-text.ts";
import { amount } from "../table-size.ts";
import { indexFirst, scannedWhole } from "./sequential-scan.ts";

export const functionOnColumn: RiskRule = {
  code: "function-on-column",
  severity: "warning",
  about: "A function or a cast on the column keeps the column's own index from being used.",
  covers: ["sequential-scan"],
  find(input) {
    const scan = scannedWhole(input);
    if (!scan) return undefined;
    for (const condition of scan.conditions) {
      if (operatorOf(condition) !== "=") continue;
      const wrapped: Node = condition.A_Expr.lexpr ?? {};
      const inner = wrapped.TypeCast?.arg ?? (wrapped.FuncCall?.args?.length === 1 ? wrapped.FuncCall.args[0] : undefined);
      const column = columnIn(scan.relation, inner);
      if (!column) continue;
      const day = dayOf(wrapped, column.type) && constant(condition.A_Expr.rexpr.TypeCast?.arg ?? condition.A_Expr.rexpr);
      const expression = expressionText(wrapped);
      return {
        message: `${expression ?? "An expression"} is worked out for ${amount(scan.relation.tuples)} of ${scan.relation.name}: an index on ${column.name} does not serve it`,
        suggestion: day
          ? { text: withinDay(input, condition, inner, day), why: "The same day as a range, which an index on the column can serve." }
          : {
              text: plainCall(wrapped) ? indexFirst(input, scan.relation, expression ?? "") : undefined,
              why: "An index on the expression itself serves the condition.",
            },
      };
    }
    return undefined;
  },
};

/** Whether it cuts a timestamp down to its day. */
const dayOf = (node: Node, type: string): boolean =>
  type.startsWith("timestamp") &&
  (names(node.TypeCast?.typeName?.names).at(-1) === "date" || nameOf(node.FuncCall?.funcname).name === "date");

/** Functions an index may hold: those that depend on nothing but the value. */
const plainCall = (node: Node): boolean =>
  ["lower", "upper", "btrim", "md5", "length", "abs"].includes(nameOf(node.FuncCall?.funcname).name);

function withinDay(input: RiskInput, condition: Node, column: Node, day: string): string | undefined {
  const start = new Date(`${day}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(start.getTime())) return undefined;
  const next = new Date(start.getTime() + 86_400_000).toISOString().slice(0, 10);
  const compare = (operator: string, date: string): Node => ({
    A_Expr: {
      kind: "AEXPR_OP",
      name: [{ String: { sval: operator } }],
      lexpr: column,
      rexpr: { A_Const: { sval: { sval: date } } },
    },
  });
  const range = [compare(">=", day), compare("<", next)];
  const wanted = JSON.stringify(condition);
  return changed(input, (body) => {
    const parts: Node[] = body.whereClause.BoolExpr?.boolop === "AND_EXPR" ? body.whereClause.BoolExpr.args : [body.whereClause];
    body.whereClause = {
      BoolExpr: { boolop: "AND_EXPR", args: parts.flatMap((part) => (JSON.stringify(part) === wanted ? range : [part])) },
    };
  });
}
