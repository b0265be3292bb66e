import type { RiskRule } from "../risk-rule.ts";
import { subjectOf } from "../statement-subject.ts";
import { amount, LARGE_ROWS, rowsOf } from "../table-size.ts";

export const hotTrigger: RiskRule = {
  code: "hot-trigger",
  severity: "warning",
  about:
    "A row trigger on a large table runs once for every row written from then on; a statement trigger with a transition table once for all.",
  covers: ["missing-lock-timeout"],
  find(input) {
    const relation =
      input.type === "CreateTrigStmt" && input.body.row && !input.body.isconstraint ? subjectOf(input, input.body.relation) : undefined;
    if (!relation || rowsOf(input.catalog, relation) < LARGE_ROWS) return undefined;
    return {
      message: `It runs for every single row written to ${relation.name} (${amount(rowsOf(input.catalog, relation))}); FOR EACH STATEMENT with a transition table runs once`,
    };
  },
};
