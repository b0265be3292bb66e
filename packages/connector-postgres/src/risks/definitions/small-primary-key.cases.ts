import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["create table fresh (id int primary key)", "CREATE TABLE fresh (id bigint PRIMARY KEY)"],
    [
      "create table fresh (id integer generated always as identity, note text, primary key (id))",
      "CREATE TABLE fresh (id bigint GENERATED ALWAYS AS IDENTITY, note text, PRIMARY KEY (id))",
    ],
  ],
  quiet: ["create table fresh (id bigint primary key, n int)", "create table fresh (a int, b int, primary key (a, b))"],
};
