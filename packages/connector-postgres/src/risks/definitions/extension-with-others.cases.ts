import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["create extension if not exists plpgsql; select 1"]],
  quiet: ["create extension if not exists plpgsql"],
};
