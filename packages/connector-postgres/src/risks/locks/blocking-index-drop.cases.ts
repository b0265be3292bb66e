import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["drop index orders_customer", "drop index CONCURRENTLY orders_customer"],
    ["drop index orders_customer, small_note"],
    ["drop index if exists orders_customer", "drop index CONCURRENTLY if exists orders_customer"],
  ],
  quiet: ["drop index concurrently orders_customer", "drop index small_note", "drop index if exists no_such_index"],
};
