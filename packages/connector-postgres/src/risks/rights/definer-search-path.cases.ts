import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "create function f() returns bigint language sql security definer as 'select count(*) from small'",
      "create function f() returns bigint language sql security definer as 'select count(*) from small'\nSET search_path = public, pg_temp",
    ],
  ],
  quiet: [
    "create function f() returns bigint language sql security definer set search_path = public, pg_temp as 'select count(*) from small'",
    "create function f() returns bigint language sql as 'select count(*) from small'",
  ],
};
