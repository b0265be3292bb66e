import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["create unlogged table fresh (id bigint primary key)", "CREATE TABLE fresh (id bigint PRIMARY KEY)"],
    ["alter table small set unlogged"],
  ],
  quiet: ["create table fresh (id bigint primary key)", "create temp table fresh (id bigint)"],
};
