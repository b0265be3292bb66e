import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["create table fresh (id bigint primary key, code char(3) not null)", "CREATE TABLE fresh (id bigint PRIMARY KEY, code text NOT NULL)"],
    ["alter table small add column code character(2)", "ALTER TABLE small ADD COLUMN code text"],
  ],
  quiet: ["create table fresh (id bigint primary key, code varchar(3))", 'create table fresh (id bigint primary key, code "char")'],
};
