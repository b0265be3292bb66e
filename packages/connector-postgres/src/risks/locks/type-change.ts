import type { RiskRule } from "../risk-rule.ts";
import { busySubject, commandsOf } from "../statement-subject.ts";
import { andLater, withCommands } from "../suggested-text.ts";
import { amount, LARGE_ROWS, rowsOf } from "../table-size.ts";

export const typeChange: RiskRule = {
  code: "type-change",
  severity: "danger",
  about: "A change of a column's type that writes the table anew while nobody can read or write it.",
  covers: ["table-rewrite", "missing-lock-timeout"],
  find(input) {
    const cmd = commandsOf(input).find(({ subtype }) => subtype === "AT_AlterColumnType");
    const relation = cmd && input.draft.rewrites.length > 0 ? busySubject(input, input.body.relation) : undefined;
    if (!cmd || !relation) return undefined;
    const rows = rowsOf(input.catalog, relation);
    const name = `${cmd.name}_new`;
    const free = !relation.columns.some((column) => column.name === name);
    const { typeName, collClause } = cmd.def.ColumnDef;
    const column = { ColumnDef: { colname: name, typeName, ...(collClause ? { collClause } : {}), is_local: true } };
    return {
      message: `${amount(rows).replace(/^a/, "A")} of ${relation.name} are written anew while nobody can read or write it`,
      severity: rows >= LARGE_ROWS ? "danger" : "warning",
      suggestion: free
        ? {
            text: andLater(
              withCommands(input, cmd, [{ subtype: "AT_AddColumn", def: column, behavior: "DROP_RESTRICT" }]),
              `keep ${name} equal to ${cmd.name} by a trigger`,
              "fill it in batches",
              "swap the two names in one transaction",
            ),
            why: "A new column without a default takes no time; the old one serves until the new one is filled.",
          }
        : undefined,
    };
  },
};
