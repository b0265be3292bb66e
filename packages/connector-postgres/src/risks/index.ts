import type { Risk } from "@interlock/protocol";
import { alwaysTrueWhere } from "./always-true-where.ts";
import { cartesianJoin } from "./cartesian-join.ts";
import { guardedTransaction } from "./guarded-transaction.ts";
import { missingWhere } from "./missing-where.ts";
import type { RiskInput, RiskRule } from "./risk-rule.ts";
import { sequentialScan } from "./sequential-scan.ts";
import { unlimitedSelect } from "./unlimited-select.ts";

/** Every rule, in the order people should read them. */
const RULES: readonly RiskRule[] = [missingWhere, alwaysTrueWhere, cartesianJoin, sequentialScan, unlimitedSelect, guardedTransaction];

export const findRisks = (input: RiskInput): Risk[] => RULES.map((rule) => rule(input)).filter((risk) => risk !== undefined);
