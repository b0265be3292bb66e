import type { RiskRule } from "../risk-rule.ts";
import { amount, LARGE_ROWS, rowsNamed, SMALL_ROWS } from "../table-size.ts";

export const tableRewrite: RiskRule = {
  code: "table-rewrite",
  severity: "danger",
  about: "A definition that writes the whole table anew while nobody can read or write it.",
  covers: ["missing-lock-timeout"],
  find({ type, draft, catalog }) {
    const rows = rowsNamed(catalog, draft.rewrites);
    if (type === "RefreshMatViewStmt" || rows < SMALL_ROWS) return undefined;
    return {
      message: `${draft.rewrites.join(", ")} is written anew, ${amount(rows)}, while nobody can read or write it`,
      severity: rows >= LARGE_ROWS ? "danger" : "warning",
    };
  },
};
