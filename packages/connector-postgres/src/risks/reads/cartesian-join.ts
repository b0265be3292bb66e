import type { RiskRule } from "../risk-rule.ts";

export const cartesianJoin: RiskRule = {
  code: "cartesian-join",
  severity: "warning",
  about: "Two tables joined without a condition: every row meets every row.",
  find: ({ draft }) =>
    draft.planned?.cartesian ? { message: "Two tables are joined without a condition: every row meets every row" } : undefined,
};
