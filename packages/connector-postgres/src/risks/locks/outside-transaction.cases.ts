import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["create index concurrently on orders (amount); select 1"], ["begin; vacuum orders; commit"]],
  quiet: ["create index concurrently on orders (amount)", "vacuum orders", "create index on orders (amount); select 1"],
};
