import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["drop table customers cascade"],
    ["alter table small drop column note cascade", "ALTER TABLE small DROP COLUMN note RESTRICT"],
    ["drop view if exists big_orders cascade", "DROP VIEW IF EXISTS big_orders"],
  ],
  quiet: ["drop view big_orders", "alter table small drop column note"],
};
