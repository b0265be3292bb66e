import type { RiskRule } from "./risk-rule.ts";

/** The whole table is written anew. */
export const tableRewrite: RiskRule = ({ type, draft, catalog }) => {
  if (type !== "AlterTableStmt" || draft.rewrites.length === 0) return undefined;
  const rows = draft.rewrites.reduce((sum, name) => sum + Math.max(0, catalog.byName.get(name)?.tuples ?? 0), 0);
  return {
    code: "table-rewrite",
    severity: rows >= 10_000 ? "danger" : "warning",
    message: `${draft.rewrites.join(", ")} is written anew, about ${Math.round(rows).toLocaleString("en")} rows, while nobody can read or write it`,
  };
};
