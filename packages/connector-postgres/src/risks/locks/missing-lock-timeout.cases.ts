import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["alter table orders add column n int", "SET LOCAL lock_timeout = '1s';\nalter table orders add column n int"],
    [
      "alter table orders rename constraint orders_pkey to orders_key",
      "SET LOCAL lock_timeout = '1s';\nalter table orders rename constraint orders_pkey to orders_key",
    ],
  ],
  quiet: [
    "set local lock_timeout = '1s'; alter table orders add column n int",
    "alter table small add column n int",
    "select * from orders limit 1",
  ],
};
