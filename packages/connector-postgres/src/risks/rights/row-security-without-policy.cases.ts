import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table small enable row level security"]],
  quiet: [
    "alter table guarded enable row level security",
    "create policy p on small using (true); alter table small enable row level security",
  ],
};
