import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["create table fresh (id bigint, note text)"]],
  quiet: [
    "create table fresh (id bigint primary key)",
    "create table fresh (a int, b int, primary key (a, b))",
    "create temp table fresh (id bigint)",
    "create table fresh (like small including all)",
    "create table fresh (id bigint); alter table fresh add primary key (id)",
  ],
};
