import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table orders drop column reference"], ["alter table small drop note"]],
  quiet: [
    "alter table empty drop column note",
    "alter table small drop column if exists no_such_column",
    "alter table small add column n int",
  ],
};
