import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "alter table orders alter column customer_id type numeric",
      "ALTER TABLE orders ADD COLUMN customer_id_new numeric\n/* Then, each as a command of its own:\n   keep customer_id_new equal to customer_id by a trigger;\n   fill it in batches;\n   swap the two names in one transaction; */",
    ],
    [
      "alter table orders alter amount type text using amount::text",
      "ALTER TABLE orders ADD COLUMN amount_new text\n/* Then, each as a command of its own:\n   keep amount_new equal to amount by a trigger;\n   fill it in batches;\n   swap the two names in one transaction; */",
    ],
  ],
  quiet: ["alter table orders alter column reference type varchar(80)", "alter table small alter column id type numeric"],
};
