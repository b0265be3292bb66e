import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table orders add column seen boolean; update items set quantity = 2 where id < 30000"]],
  quiet: [
    "alter table orders add column seen boolean; update small set note = 'x' where id = 3",
    "update items set quantity = 2 where id < 30000",
    "alter table small add column seen boolean; update items set quantity = 2 where id < 30000",
  ],
};
