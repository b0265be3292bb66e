import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "insert into small_copy select * from small where id < 5",
      "INSERT INTO small_copy (id, note) SELECT id, note FROM small WHERE id < 5",
    ],
    ["insert into orders_copy select * from (select 1::bigint) x"],
  ],
  quiet: ["insert into small_copy (id, note) select * from small", "insert into small_copy select id, note from small where id = 1"],
};
