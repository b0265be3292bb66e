import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["grant select on small to public"], ["grant usage on schema shop to public"]],
  quiet: ["grant select on small to reader", "revoke select on small from public"],
};
