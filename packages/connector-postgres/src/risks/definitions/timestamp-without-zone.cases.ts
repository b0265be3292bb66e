import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["create table fresh (id bigint primary key, at timestamp)", "CREATE TABLE fresh (id bigint PRIMARY KEY, at timestamptz)"],
    [
      "alter table small add column at timestamp without time zone default now()",
      "ALTER TABLE small ADD COLUMN at timestamptz DEFAULT now()",
    ],
  ],
  quiet: ["create table fresh (id bigint primary key, at timestamptz)", "alter table small add column at timestamp with time zone"],
};
