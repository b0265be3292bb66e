import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["truncate customers cascade", "TRUNCATE customers, public.orders, public.items"],
    ["truncate small cascade", "TRUNCATE small"],
  ],
  quiet: ["truncate small", "truncate small restrict"],
};
