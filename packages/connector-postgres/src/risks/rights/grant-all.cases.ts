import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["grant all on small to reader", "GRANT SELECT, INSERT, UPDATE, DELETE ON small TO reader"],
    [
      "grant all privileges on all tables in schema shop to reader",
      "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop TO reader",
    ],
  ],
  quiet: ["grant select, insert on small to reader", "revoke all on small from reader"],
};
