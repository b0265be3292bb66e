import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["select * from orders where reference like '%99'"], ["delete from orders where reference ilike '%9a9'"]],
  quiet: ["select * from small where note like '%x'", "select * from orders where reference = '%99'"],
};
