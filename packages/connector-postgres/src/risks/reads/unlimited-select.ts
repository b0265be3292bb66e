import type { RiskInput, RiskRule } from "../risk-rule.ts";
import { amount, LARGE_ROWS } from "../table-size.ts";

export const unlimitedSelect: RiskRule = {
  code: "unlimited-select",
  severity: "warning",
  about: "A SELECT without LIMIT that brings back 100,000 rows or more.",
  find(input) {
    const rows = manyRows(input);
    if (rows === undefined || input.body.sortClause) return undefined;
    return { message: `${amount(rows).replace(/^a/, "A")} would come back`, suggestion: limited(input) };
  },
};

/** Rows a SELECT would bring into the browser, where they are many and nothing stops them. */
export function manyRows({ type, body, draft }: RiskInput): number | undefined {
  const rows = draft.planned?.rows ?? 0;
  return type === "SelectStmt" && !body.limitCount && !body.intoClause && rows >= LARGE_ROWS ? rows : undefined;
}

/** LIMIT may stand at the very end, also behind FOR UPDATE and OFFSET. */
export const limited = ({ draft }: RiskInput): { text: string; why: string } => ({
  text: `${draft.text}\nLIMIT 1000`,
  why: "A thousand rows are enough to look at.",
});
