import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["select * from orders order by random() limit 5", "SELECT * FROM orders TABLESAMPLE system (1) LIMIT 5"]],
  quiet: ["select * from small order by random() limit 5", "select random() from orders limit 5"],
};
