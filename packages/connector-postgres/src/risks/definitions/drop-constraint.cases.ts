import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table orders drop constraint orders_customer_id_fkey"]],
  quiet: [
    "alter table orders drop constraint sane, add constraint sane check (amount > 0) not valid",
    "alter table small add check (id > 0)",
  ],
};
