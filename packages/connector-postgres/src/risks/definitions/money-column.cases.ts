import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["create table fresh (id bigint primary key, price money)", "CREATE TABLE fresh (id bigint PRIMARY KEY, price numeric)"]],
  quiet: ["create table fresh (id bigint primary key, price numeric(12, 2))"],
};
