import type { RiskRule } from "../risk-rule.ts";
import { amount } from "../table-size.ts";
import { limited, manyRows } from "./unlimited-select.ts";

export const orderedWithoutLimit: RiskRule = {
  code: "ordered-without-limit",
  severity: "warning",
  about: "ORDER BY over 100,000 rows or more without LIMIT sorts and sends all of them.",
  find(input) {
    const rows = input.body.sortClause ? manyRows(input) : undefined;
    return rows === undefined
      ? undefined
      : { message: `${amount(rows).replace(/^a/, "A")} are sorted and come back`, suggestion: limited(input) };
  },
};
