import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["alter table small drop column note"],
    ["alter table small rename column note to remark"],
    ["alter table small alter column note type varchar(20)"],
  ],
  quiet: ["alter table orders drop column reference", "alter table small add column remark text"],
};
