import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  meanwhile: "update small set id = id where false",
  warns: [["alter table small add column n int"], ["create index on small (id)"], ["truncate small"]],
  quiet: ["alter table small add column n int", "update small set id = id where id = 1", "select * from small"],
};
