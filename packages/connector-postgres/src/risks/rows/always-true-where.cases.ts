import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["delete from small where true"],
    ["delete from small where 1 = 1"],
    ["delete from small where id = id"],
    ["delete from small where id is not distinct from id"],
    ["delete from small where note is null or note is not null"],
    ["delete from small where not false"],
    ["delete from small where not (1 = 2)"],
    ["delete from small where 1 <> 2"],
    ["update small set note = 'a' where id = 1 or 2 >= 2"],
  ],
  quiet: [
    "delete from small where 1 = 2",
    "delete from small where id = 1 and true",
    "delete from small where note is null or id is not null",
    "delete from small where id <> id",
    "select * from small where true",
  ],
};
