import { names } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { comparedAtOnce } from "./not-valid.ts";

export const foreignKeyWithoutNotValid: RiskRule = {
  code: "foreign-key-without-not-valid",
  severity: "warning",
  about: "A foreign key added without NOT VALID: both tables take no writes while every row is looked up.",
  covers: ["missing-lock-timeout"],
  find: (input) => comparedAtOnce(input, "CONSTR_FOREIGN", "fkey", (constraint) => names(constraint.fk_attrs)),
};
