import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table small disable row level security"]],
  quiet: ["create table fresh (id bigint primary key); alter table fresh disable row level security", "alter table small add column n int"],
};
