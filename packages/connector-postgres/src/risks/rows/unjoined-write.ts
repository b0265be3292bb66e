import type { RiskRule } from "../risk-rule.ts";

export const unjoinedWrite: RiskRule = {
  code: "unjoined-write",
  severity: "danger",
  about: "UPDATE … FROM or DELETE … USING without a condition between the tables writes every row.",
  covers: ["cartesian-join"],
  find({ type, body }) {
    const other = type === "DeleteStmt" ? body.usingClause : type === "UpdateStmt" ? body.fromClause : undefined;
    if (!other || body.whereClause) return undefined;
    return { message: `Nothing ties ${body.relation.relname} to the other table: every row of it is written` };
  },
};
