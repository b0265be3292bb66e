import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["create table fresh (id bigint primary key, body json)", "CREATE TABLE fresh (id bigint PRIMARY KEY, body jsonb)"],
    ["alter table small add column body json", "ALTER TABLE small ADD COLUMN body jsonb"],
  ],
  quiet: ["create table fresh (id bigint primary key, body jsonb)"],
};
