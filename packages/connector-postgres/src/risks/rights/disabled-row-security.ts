import type { RiskRule } from "../risk-rule.ts";
import { commandsOf, subjectOf } from "../statement-subject.ts";

export const disabledRowSecurity: RiskRule = {
  code: "disabled-row-security",
  severity: "danger",
  about: "DISABLE ROW LEVEL SECURITY: everybody with rights on the table sees every row.",
  find(input) {
    const off = commandsOf(input).some(({ subtype }) => ["AT_DisableRowSecurity", "AT_NoForceRowSecurity"].includes(subtype));
    const relation = off ? subjectOf(input, input.body.relation) : undefined;
    return relation && { message: `Whoever may read ${relation.name} sees every row of it` };
  },
};
