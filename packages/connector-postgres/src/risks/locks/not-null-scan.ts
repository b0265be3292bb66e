import { holds } from "../../versions.data.ts";
import type { RiskRule } from "../risk-rule.ts";
import { busySubject, commandsOf } from "../statement-subject.ts";
import { andLater, constraintName, ident, rangeText } from "../suggested-text.ts";
import { amount, LARGE_ROWS, rowsOf } from "../table-size.ts";

export const notNullScan: RiskRule = {
  code: "not-null-scan",
  severity: "warning",
  about: "SET NOT NULL reads the whole table while nobody can read or write it, unless a validated check says it already.",
  covers: ["missing-lock-timeout"],
  find(input) {
    const cmds = commandsOf(input);
    const cmd = cmds.find(({ subtype }) => subtype === "AT_SetNotNull");
    const relation = cmd && input.draft.scans.length > 0 ? busySubject(input, input.body.relation) : undefined;
    if (!cmd || !relation) return undefined;
    const rows = rowsOf(input.catalog, relation);
    const [table, column] = [`ALTER TABLE ${rangeText(input.body.relation)}`, ident(cmd.name)];
    const name = ident(constraintName(relation.name, [cmd.name], "not_null"));
    const direct = holds("notNullConstraints", input.catalog.version);
    const rule = direct ? `NOT NULL ${column}` : `CHECK (${column} IS NOT NULL)`;
    return {
      message: `${amount(rows).replace(/^a/, "A")} of ${relation.name} are read for NULLs while nobody can read or write it`,
      severity: rows >= LARGE_ROWS ? "danger" : "warning",
      suggestion:
        cmds.length > 1
          ? undefined
          : {
              text: andLater(
                `${table} ADD CONSTRAINT ${name} ${rule} NOT VALID`,
                `${table} VALIDATE CONSTRAINT ${name}`,
                ...(direct ? [] : [`${table} ALTER COLUMN ${column} SET NOT NULL, DROP CONSTRAINT ${name}`]),
              ),
              why: "New rows are checked at once; the rows there are, afterwards, beside everybody.",
            },
    };
  },
};
