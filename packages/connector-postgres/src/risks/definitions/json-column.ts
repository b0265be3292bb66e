import type { RiskRule } from "../risk-rule.ts";
import { isType, otherType } from "./new-type.ts";

export const jsonColumn: RiskRule = {
  code: "json-column",
  severity: "info",
  about: "json is kept as text and parsed at each use; it has no equality, so DISTINCT and GROUP BY over it fail.",
  find: (input) =>
    otherType(
      input,
      isType("json"),
      ["jsonb"],
      (column) => `${column} is parsed at each use and cannot be compared or indexed`,
      "jsonb is parsed once, and can be compared and indexed.",
    ),
};
