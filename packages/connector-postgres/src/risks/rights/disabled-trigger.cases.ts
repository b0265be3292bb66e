import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table small disable trigger all"], ["alter table small disable trigger user"]],
  quiet: ["alter table small enable trigger all"],
};
