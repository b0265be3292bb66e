import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["vacuum full orders", "VACUUM (ANALYZE) orders"],
    ["cluster orders using orders_pkey", "VACUUM (ANALYZE) orders"],
    ["vacuum (full, analyze)", "VACUUM (ANALYZE)"],
  ],
  quiet: ["vacuum orders", "vacuum (full false) orders", "vacuum full small"],
};
