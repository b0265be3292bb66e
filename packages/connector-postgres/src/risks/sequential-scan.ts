import { LARGE_ROWS, type RiskRule } from "./risk-rule.ts";

/** A large table read whole although a condition keeps only some of it: no index serves the condition. */
export const sequentialScan: RiskRule = ({ draft, catalog }) => {
  const scan = draft.planned?.seqScans.find((item) => {
    const tuples = catalog.byName.get(item.object)?.tuples ?? 0;
    return item.filtered && tuples >= LARGE_ROWS && item.rows < tuples / 2;
  });
  if (!scan) return undefined;
  const tuples = Math.round(catalog.byName.get(scan.object)!.tuples).toLocaleString("en");
  return {
    code: "sequential-scan",
    severity: "warning",
    message: `No index serves the condition: all ${tuples} rows of ${scan.object} are read`,
  };
};
