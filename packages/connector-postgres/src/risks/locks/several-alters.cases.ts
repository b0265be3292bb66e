import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table orders add check (amount >= 0); alter table orders add check (id > -1)"]],
  quiet: [
    "alter table orders add check (amount >= 0), add check (id > -1)",
    "alter table orders add column n int; alter table orders add column m int",
    "alter table small add check (id > -1); alter table small add check (id > -2)",
  ],
};
