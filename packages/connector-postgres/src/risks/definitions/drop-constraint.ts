import type { RiskRule } from "../risk-rule.ts";
import { commandsOf, subjectOf } from "../statement-subject.ts";

export const dropConstraint: RiskRule = {
  code: "drop-constraint",
  severity: "warning",
  about: "DROP CONSTRAINT lets in rows that it refused; putting it back means checking them all.",
  find(input) {
    const cmd = commandsOf(input).find(({ subtype }) => subtype === "AT_DropConstraint");
    const relation = cmd && subjectOf(input, input.body.relation);
    if (!cmd || !relation) return undefined;
    const added = commandsOf(input).some(({ subtype, def }) => subtype === "AT_AddConstraint" && def?.Constraint?.conname === cmd.name);
    return added ? undefined : { message: `From then on ${relation.name} takes rows that ${cmd.name} refused` };
  },
};
