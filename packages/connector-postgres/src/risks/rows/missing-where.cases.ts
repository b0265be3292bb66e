import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["delete from small"], ["update small set note = 'x'"], ["with a as (select 1) delete from small"]],
  quiet: ["delete from small where id = 1", "delete from small using orders o where o.id = small.id", "select * from small"],
};
