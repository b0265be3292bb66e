import type { RiskRule } from "./risk-rule.ts";

/** UPDATE or DELETE of every row of a table. */
export const missingWhere: RiskRule = ({ type, body }) => {
  if (type !== "DeleteStmt" && type !== "UpdateStmt") return undefined;
  if (body.whereClause || body.usingClause || body.fromClause) return undefined;
  const verb = type === "DeleteStmt" ? "deletes" : "changes";
  return { code: "missing-where", severity: "danger", message: `Without WHERE it ${verb} every row of ${body.relation.relname}` };
};
