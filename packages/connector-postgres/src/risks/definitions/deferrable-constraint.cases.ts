import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table small add unique (note) deferrable initially deferred", "ALTER TABLE small ADD UNIQUE (note)"]],
  quiet: ["alter table small add unique (note)", "alter table small add foreign key (id) references customers deferrable"],
};
