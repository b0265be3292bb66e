import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["drop schema shop cascade"], ["drop database other"]],
  quiet: ["drop schema shop", "drop schema if exists no_such_schema cascade", "create schema fresh"],
};
