import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter type status rename value 'new' to 'fresh'"]],
  quiet: ["alter type status add value 'lost'", "alter type status rename to state"],
};
