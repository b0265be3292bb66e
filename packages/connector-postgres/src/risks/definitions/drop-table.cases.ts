import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["drop table items", "ALTER TABLE items RENAME TO items_dropped"],
    ["drop table if exists small", "ALTER TABLE IF EXISTS small RENAME TO small_dropped"],
    ["drop table small, items"],
  ],
  quiet: ["drop table empty", "drop table if exists no_such_table", "create table fresh (id int); drop table fresh"],
};
