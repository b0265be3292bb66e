import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["create table parted_2 partition of parted for values in (2)"]],
  quiet: ["create table events_2030 partition of events for values from ('2030-01-01') to ('2031-01-01')"],
};
