import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["select * from orders order by created_at", "select * from orders order by created_at\nLIMIT 1000"]],
  quiet: ["select * from orders order by created_at limit 10", "select * from small order by note", "select * from orders"],
};
