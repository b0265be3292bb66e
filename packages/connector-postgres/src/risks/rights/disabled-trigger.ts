import type { RiskRule } from "../risk-rule.ts";
import { commandsOf, subjectOf } from "../statement-subject.ts";

export const disabledTrigger: RiskRule = {
  code: "disabled-trigger",
  severity: "danger",
  about: "DISABLE TRIGGER: what it kept true is not kept for rows written meanwhile; ALL includes foreign keys.",
  find(input) {
    const cmd = commandsOf(input).find(({ subtype }) => subtype.startsWith("AT_DisableTrig"));
    const relation = cmd && subjectOf(input, input.body.relation);
    if (!cmd || !relation) return undefined;
    const all = cmd.subtype === "AT_DisableTrigAll";
    return {
      message: all
        ? `Foreign keys of ${relation.name} are not checked, and rows written meanwhile never are`
        : `${cmd.name ?? "Its triggers"} will not run for rows written meanwhile`,
      severity: all ? "danger" : "warning",
    };
  },
};
