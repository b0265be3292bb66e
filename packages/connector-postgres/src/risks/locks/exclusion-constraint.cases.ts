import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table orders add exclude using btree (id with =)"]],
  quiet: ["alter table small add exclude using btree (id with =)", "create table fresh (id int, exclude using btree (id with =))"],
};
