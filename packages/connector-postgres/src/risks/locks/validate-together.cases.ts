import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table orders add constraint sane check (amount >= 0) not valid; alter table orders validate constraint sane"]],
  quiet: [
    "alter table orders validate constraint sane",
    "alter table small add constraint sane check (id > -1) not valid; alter table small validate constraint sane",
  ],
};
