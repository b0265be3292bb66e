import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table orders rename column reference to ref"]],
  quiet: ["create table fresh (a int); alter table fresh rename column a to b", "alter table orders rename constraint orders_pkey to pk"],
};
