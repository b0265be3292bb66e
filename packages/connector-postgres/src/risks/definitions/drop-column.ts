import type { RiskRule } from "../risk-rule.ts";
import { commandsOf, subjectOf } from "../statement-subject.ts";
import { amount, rowsOf } from "../table-size.ts";

export const dropColumn: RiskRule = {
  code: "drop-column",
  severity: "warning",
  about: "DROP COLUMN: its values are gone for good, and running programs that name it fail.",
  find(input) {
    const cmd = commandsOf(input).find(({ subtype }) => subtype === "AT_DropColumn");
    const relation = cmd && subjectOf(input, input.body.relation);
    if (!cmd || !relation?.columns.some(({ name }) => name === cmd.name)) return undefined;
    const rows = rowsOf(input.catalog, relation);
    return rows === 0
      ? undefined
      : { message: `The values of ${cmd.name} in ${amount(rows)} are gone for good, and running programs that name it fail` };
  },
};
