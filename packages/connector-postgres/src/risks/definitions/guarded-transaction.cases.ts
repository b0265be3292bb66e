import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = { warns: [["commit"], ["begin; select 1; commit"]], quiet: ["select 1"] };
