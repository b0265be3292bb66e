import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["lock table orders", "LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE"],
    ["lock orders in access exclusive mode nowait", "LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE NOWAIT"],
  ],
  quiet: ["lock table orders in share row exclusive mode", "lock table small"],
};
