import type { RiskRule } from "./risk-rule.ts";

/** Two tables joined without any condition. */
export const cartesianJoin: RiskRule = ({ draft }) =>
  draft.planned?.cartesian
    ? { code: "cartesian-join", severity: "warning", message: "Two tables are joined without a condition: every row meets every row" }
    : undefined;
