import type { RiskRule } from "../risk-rule.ts";

export const missingWhere: RiskRule = {
  code: "missing-where",
  severity: "danger",
  about: "UPDATE or DELETE without WHERE writes every row of a table.",
  find({ type, body }) {
    if (type !== "DeleteStmt" && type !== "UpdateStmt") return undefined;
    if (body.whereClause || body.usingClause || body.fromClause) return undefined;
    const verb = type === "DeleteStmt" ? "deletes" : "changes";
    return { message: `Without WHERE it ${verb} every row of ${body.relation.relname}` };
  },
};
