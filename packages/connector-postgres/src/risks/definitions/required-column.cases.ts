import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["alter table orders add column n int not null", "ALTER TABLE orders ADD COLUMN n int"],
    ["alter table small add column n int not null check (n > 0)", "ALTER TABLE small ADD COLUMN n int CHECK (n > 0)"],
  ],
  quiet: [
    "alter table orders add column n int not null default 0",
    "alter table empty add column n int not null",
    "alter table small add column n int generated always as identity not null",
  ],
};
