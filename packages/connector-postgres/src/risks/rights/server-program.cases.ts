import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["copy small to program 'gzip > /tmp/small.gz'"], ["copy small from '/tmp/small.csv'"], ["copy (select 1) to '/tmp/one.csv'"]],
  quiet: ["copy small to stdout", "select pg_sleep(0)"],
};
