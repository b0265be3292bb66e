import type { RiskRule } from "../risk-rule.ts";
import { commandsOf, subjectOf } from "../statement-subject.ts";

export const dropNotNull: RiskRule = {
  code: "drop-not-null",
  severity: "info",
  about: "DROP NOT NULL: programs that read the column may not expect NULL.",
  find(input) {
    const cmd = commandsOf(input).find(({ subtype }) => subtype === "AT_DropNotNull");
    const column = cmd && subjectOf(input, input.body.relation)?.columns.find(({ name }) => name === cmd.name);
    return column?.notNull ? { message: `Programs that read ${column.name} may not expect NULL` } : undefined;
  },
};
