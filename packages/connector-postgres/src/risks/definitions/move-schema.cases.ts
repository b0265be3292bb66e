import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table small set schema shop"], ["alter schema shop rename to store"]],
  quiet: ["alter table small set schema public", "create schema fresh"],
};
