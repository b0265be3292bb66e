import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["delete from pg_enum where enumlabel = 'new'"],
    ["update pg_catalog.pg_attribute set attnotnull = false where attname = 'note'"],
  ],
  quiet: ["select * from pg_enum", "delete from small where id = 1"],
};
