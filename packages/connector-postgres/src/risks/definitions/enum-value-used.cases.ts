import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter type status add value 'lost'; update orders set status = 'lost' where id = 1"]],
  quiet: ["alter type status add value 'lost'", "alter type status add value 'lost'; update orders set status = 'paid' where id = 1"],
};
