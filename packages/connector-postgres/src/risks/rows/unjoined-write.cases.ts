import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["delete from small using customers c"], ["update small set note = c.email from customers c"]],
  quiet: ["delete from small using customers c where c.id = small.id", "delete from small where id = 1"],
};
