import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table small drop constraint small_pkey"]],
  quiet: ["alter table orders drop constraint orders_customer_id_fkey", "alter table items add primary key (id)"],
};
