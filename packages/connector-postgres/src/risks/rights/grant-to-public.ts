import type { Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";

export const grantToPublic: RiskRule = {
  code: "grant-to-public",
  severity: "danger",
  about: "GRANT … TO PUBLIC gives the right to every role there is and every one made later.",
  find({ type, body }) {
    if (type !== "GrantStmt" || !body.is_grant) return undefined;
    const all = (body.grantees ?? []).some((item: Node) => item.RoleSpec?.roletype === "ROLESPEC_PUBLIC");
    if (!all) return undefined;
    const mild = ["OBJECT_SCHEMA", "OBJECT_FUNCTION", "OBJECT_TYPE", "OBJECT_LANGUAGE"].includes(body.objtype);
    return { message: "Every role, also those made later, gets the right", severity: mild ? "warning" : "danger" };
  },
};
