import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["select * from orders where amount % 1000 = 7"]],
  quiet: [
    "select * from orders where id = 7",
    "select * from small where note = 'x'",
    "select * from orders where created_at > '2026-01-02' limit 5",
    "select * from orders where status = 'new' and region is null",
    "select * from orders where amount >= 0 limit 5",
    "select count(*) from orders",
  ],
};
