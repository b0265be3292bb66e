import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["select count(*) from small a, customers b"], ["select 1 from small cross join customers limit 5"]],
  quiet: ["select count(*) from small a join customers b on a.id = b.id", "select 1 from small where id = 1"],
};
