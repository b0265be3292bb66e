import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["select * from orders order by id limit 50 offset 50000"]],
  quiet: ["select * from orders order by id limit 50 offset 100", "select * from small order by id offset 50000"],
};
