import { walk } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { comparedAtOnce } from "./not-valid.ts";

export const checkWithoutNotValid: RiskRule = {
  code: "check-without-not-valid",
  severity: "warning",
  about: "A check added without NOT VALID: nobody can read or write the table while every row is looked at.",
  covers: ["missing-lock-timeout"],
  find: (input) =>
    comparedAtOnce(input, "CONSTR_CHECK", "check", (constraint) => {
      const columns: string[] = [];
      walk(constraint.raw_expr, (type, body) => {
        if (type === "ColumnRef") columns.push(body.fields.at(-1)?.String?.sval ?? "");
      });
      // PostgreSQL names a check after its column where there is one only (ChooseConstraintName in heap.c).
      return new Set(columns).size === 1 ? columns.slice(0, 1) : [];
    }),
};
