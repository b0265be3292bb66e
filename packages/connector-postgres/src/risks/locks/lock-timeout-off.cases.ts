import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["set lock_timeout = 0", "SET lock_timeout = '2s'"],
    ["set local statement_timeout = '0'", "SET LOCAL statement_timeout = '5min'"],
    ["set lock_timeout to default", "SET lock_timeout = '2s'"],
  ],
  quiet: ["set lock_timeout = '2s'", "set local statement_timeout = 5000", "set search_path = public"],
};
