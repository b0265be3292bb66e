import { walk, type Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { changed } from "../suggested-text.ts";

export const equalsNull: RiskRule = {
  code: "equals-null",
  severity: "warning",
  about: "A comparison with NULL by = or <> is never true; IS NULL and IS NOT NULL ask for it.",
  find(input) {
    let found = false;
    walk(input.body.whereClause, (type, body) => {
      if (comparesNull(type, body)) found = true;
    });
    if (!found) return undefined;
    return {
      message: "Nothing is ever equal to NULL, so the condition finds no row",
      suggestion: {
        text: changed(input, (body) => askForNull(body.whereClause)),
        why: "IS NULL and IS NOT NULL ask whether there is a value.",
      },
    };
  },
};

const comparesNull = (type: string, body: Node): boolean =>
  type === "A_Expr" &&
  body.kind === "AEXPR_OP" &&
  ["=", "<>", "!="].includes(body.name?.at(-1)?.String?.sval) &&
  (body.rexpr?.A_Const?.isnull === true || body.lexpr?.A_Const?.isnull === true);

/** In place: a wrapped node may hold any type, so that its key is exchanged. */
function askForNull(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  const holder = node as Node;
  if (holder.A_Expr && comparesNull("A_Expr", holder.A_Expr)) {
    const { name, lexpr, rexpr } = holder.A_Expr;
    delete holder.A_Expr;
    holder.NullTest = {
      arg: rexpr?.A_Const?.isnull ? lexpr : rexpr,
      nulltesttype: name.at(-1).String.sval === "=" ? "IS_NULL" : "IS_NOT_NULL",
    };
    return;
  }
  for (const inner of Object.values(holder)) askForNull(inner);
}
