import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["alter table orders set unlogged"], ["alter table orders add column n bigint generated always as identity"]],
  quiet: ["alter table small set unlogged", "alter table orders add column n bigint default 1", "refresh materialized view totals"],
};
