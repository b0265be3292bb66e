import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "alter table orders add check (amount >= 0)",
      "ALTER TABLE orders ADD CONSTRAINT orders_amount_check CHECK (amount >= 0) NOT VALID\n/* Then, as a command of its own:\n   ALTER TABLE orders VALIDATE CONSTRAINT orders_amount_check; */",
    ],
    [
      "alter table orders add constraint sane check (amount >= 0 and id > -1)",
      "ALTER TABLE orders ADD CONSTRAINT sane CHECK (amount >= 0 AND id > -1) NOT VALID\n/* Then, as a command of its own:\n   ALTER TABLE orders VALIDATE CONSTRAINT sane; */",
    ],
  ],
  quiet: ["alter table orders add check (amount >= 0) not valid", "alter table small add check (id > -1)"],
};
