import type { Risk } from "@interlock/protocol";
import { alwaysTrueWhere } from "./always-true-where.ts";
import { blockingIndex } from "./blocking-index.ts";
import { cartesianJoin } from "./cartesian-join.ts";
import { guardedTransaction } from "./guarded-transaction.ts";
import { missingWhere } from "./missing-where.ts";
import { notNullScan } from "./not-null-scan.ts";
import type { RiskInput, RiskRule } from "./risk-rule.ts";
import { sequentialScan } from "./sequential-scan.ts";
import { tableRewrite } from "./table-rewrite.ts";
import { unlimitedSelect } from "./unlimited-select.ts";
import { unvalidatedConstraint } from "./unvalidated-constraint.ts";

/** Every rule, in the order people should read them. */
const RULES: readonly RiskRule[] = [
  missingWhere,
  alwaysTrueWhere,
  tableRewrite,
  cartesianJoin,
  sequentialScan,
  unlimitedSelect,
  blockingIndex,
  unvalidatedConstraint,
  notNullScan,
  guardedTransaction,
];

export const findRisks = (input: RiskInput): Risk[] => RULES.map((rule) => rule(input)).filter((risk) => risk !== undefined);
