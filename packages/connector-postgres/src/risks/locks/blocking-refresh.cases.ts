import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["refresh materialized view totals", "refresh materialized view CONCURRENTLY totals"],
    ["refresh materialized view plain_totals"],
  ],
  quiet: ["refresh materialized view concurrently totals", "refresh materialized view small_totals"],
};
