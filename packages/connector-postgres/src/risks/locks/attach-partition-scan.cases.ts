import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "alter table events attach partition events_2027 for values from ('2027-01-01') to ('2028-01-01')",
      "ALTER TABLE events_2027 ADD CONSTRAINT events_2027_bound CHECK (at IS NOT NULL AND at >= '2027-01-01' AND at < '2028-01-01') NOT VALID\n/* Then, each as a command of its own:\n   ALTER TABLE events_2027 VALIDATE CONSTRAINT events_2027_bound;\n   alter table events attach partition events_2027 for values from ('2027-01-01') to ('2028-01-01'); */",
    ],
  ],
  quiet: ["alter table events attach partition events_small for values from ('2029-01-01') to ('2030-01-01')"],
};
