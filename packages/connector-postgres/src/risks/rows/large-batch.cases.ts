import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "delete from logs where note = 'old'",
      "DELETE FROM logs WHERE id IN (SELECT id FROM logs WHERE note = 'old' ORDER BY id LIMIT 10000)",
    ],
    [
      "update orders set status = 'paid' where status <> 'failed'",
      "UPDATE orders SET status = 'paid' WHERE id IN (SELECT id FROM orders WHERE status <> 'failed' AND status IS DISTINCT FROM 'paid' ORDER BY id LIMIT 10000)",
    ],
    ["update orders set amount = amount + 1"],
    ["insert into orders_copy (id) select id from orders"],
  ],
  quiet: ["delete from orders where id < 100", "update orders set amount = 1 where id = 5", "delete from small where id = 1"],
};
