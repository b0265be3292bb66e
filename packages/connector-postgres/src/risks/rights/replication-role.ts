import { constant } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";

export const replicationRole: RiskRule = {
  code: "replication-role",
  severity: "danger",
  about: "SET session_replication_role = replica: no trigger runs and no foreign key is checked in the session.",
  find({ type, body }) {
    if (type !== "VariableSetStmt" || body.name !== "session_replication_role") return undefined;
    if (body.kind !== "VAR_SET_VALUE" || ["origin", "local"].includes(constant(body.args?.[0]) ?? "")) return undefined;
    return { message: "No trigger runs and no foreign key is checked: rows written so are never checked" };
  },
};
