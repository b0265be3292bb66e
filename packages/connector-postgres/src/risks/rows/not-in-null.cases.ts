import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "select * from small where id not in (select customer_id from loose)",
      "SELECT * FROM small WHERE NOT (id IN (SELECT customer_id FROM loose WHERE customer_id IS NOT NULL))",
    ],
    [
      "delete from small where id not in (select customer_id from loose where amount > 3)",
      "DELETE FROM small WHERE NOT (id IN (SELECT customer_id FROM loose WHERE amount > 3 AND customer_id IS NOT NULL))",
    ],
    ["select * from small where id not in (1, null)", "SELECT * FROM small WHERE id NOT IN (1)"],
  ],
  quiet: [
    "select * from small where id not in (select id from customers)",
    "select * from small where id not in (select customer_id from loose where customer_id is not null)",
    "select * from small where id in (select customer_id from loose)",
    "select * from small where id not in (1, 2)",
  ],
};
