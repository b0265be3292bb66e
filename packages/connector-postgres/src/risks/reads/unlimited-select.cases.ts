import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["select * from orders", "select * from orders\nLIMIT 1000"],
    ["select id, amount from orders where amount >= 0", "select id, amount from orders where amount >= 0\nLIMIT 1000"],
  ],
  quiet: ["select * from orders limit 10", "select * from small", "select count(*) from orders", "select * from orders where id = 5"],
};
