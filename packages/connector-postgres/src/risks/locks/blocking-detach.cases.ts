import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["alter table events detach partition events_2026", "alter table events detach partition events_2026 CONCURRENTLY", "concurrentDetach"],
    ["alter table parted detach partition parted_1"],
  ],
  quiet: ["alter table events detach partition events_2026 concurrently", "alter table tiny_parts detach partition tiny_part"],
};
