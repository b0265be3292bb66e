import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "select * from orders where created_at between '2026-01-01' and '2026-01-31' limit 5",
      "SELECT * FROM orders WHERE created_at >= '2026-01-01' AND created_at < '2026-02-01' LIMIT 5",
    ],
    [
      "delete from orders where created_at between '2026-01-01' and date '2026-01-01' and id < 10",
      "DELETE FROM orders WHERE created_at >= '2026-01-01' AND created_at < '2026-01-02' AND id < 10",
    ],
  ],
  quiet: [
    "select * from orders where id between 1 and 5",
    "select * from orders where created_at between '2026-01-01' and '2026-01-31 23:59:59' limit 5",
    "select * from orders where created_at >= '2026-01-01' and created_at < '2026-02-01' limit 5",
  ],
};
