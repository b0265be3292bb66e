import { unwrap } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { commandsOf, subjectOf } from "../statement-subject.ts";

export const rowSecurityWithoutPolicy: RiskRule = {
  code: "row-security-without-policy",
  severity: "danger",
  about: "ENABLE ROW LEVEL SECURITY on a table without a policy: everybody but its owner sees no row at all.",
  find(input) {
    const on = commandsOf(input).some(({ subtype }) => subtype === "AT_EnableRowSecurity");
    const relation = on ? subjectOf(input, input.body.relation) : undefined;
    if (!relation || (input.catalog.policies.get(relation.oid)?.length ?? 0) > 0) return undefined;
    const made = input.text.some(({ tree }) => {
      const [type, body] = unwrap(tree) ?? [];
      return type === "CreatePolicyStmt" && body?.table?.relname === relation.name;
    });
    return made ? undefined : { message: `${relation.name} has no policy: everybody but its owner sees no row of it` };
  },
};
