import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "alter table orders add column double numeric generated always as (amount * 2) stored",
      "ALTER TABLE orders ADD COLUMN double numeric GENERATED ALWAYS AS (amount * 2) VIRTUAL",
      "virtualColumns",
    ],
  ],
  quiet: [
    "alter table small add column double bigint generated always as (id * 2) stored",
    "create table fresh (a int, b int generated always as (a * 2) stored)",
  ],
};
