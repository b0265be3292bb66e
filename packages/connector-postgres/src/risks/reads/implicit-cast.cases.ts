import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["select * from orders where id = 5.0", "SELECT * FROM orders WHERE id = 5"],
    ["select * from orders where customer_id = 7::numeric limit 5", "SELECT * FROM orders WHERE customer_id = 7 LIMIT 5"],
    ["delete from small where note = 12", "DELETE FROM small WHERE note = '12'"],
  ],
  quiet: ["select * from orders where id = 5", "select * from orders where amount = 5.0 and id = 3", "delete from small where note = '12'"],
};
