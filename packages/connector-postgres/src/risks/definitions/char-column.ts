import type { RiskRule } from "../risk-rule.ts";
import { isType, otherType } from "./new-type.ts";

export const charColumn: RiskRule = {
  code: "char-column",
  severity: "info",
  about: "char(n) is filled up with spaces, which comparisons then leave out; text is neither slower nor larger.",
  find: (input) =>
    otherType(
      input,
      isType("bpchar"),
      ["text"],
      (column) => `${column} is filled up with spaces, which comparisons leave out`,
      "text keeps what it was given; a length can be a check, which is easily changed.",
    ),
};
