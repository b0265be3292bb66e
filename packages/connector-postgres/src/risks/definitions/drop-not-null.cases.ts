import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table orders alter column amount drop not null"]],
  quiet: ["alter table orders alter column reference drop not null", "alter table small alter column note set not null"],
};
