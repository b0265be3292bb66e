import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["insert into worn (note) values ('x')"]],
  quiet: ["insert into small (note) values ('x')", "select * from worn"],
};
