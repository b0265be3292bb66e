import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "alter table orders alter column reference set not null",
      "ALTER TABLE orders ADD CONSTRAINT orders_reference_not_null NOT NULL reference NOT VALID\n/* Then, as a command of its own:\n   ALTER TABLE orders VALIDATE CONSTRAINT orders_reference_not_null; */",
      "notNullConstraints",
    ],
  ],
  quiet: [
    "alter table orders alter column amount set not null",
    "alter table orders alter column reference drop not null",
    "alter table small alter column note set not null",
    "alter table orders alter column region set not null",
  ],
};
