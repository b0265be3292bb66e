import type { Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { busySubject, commandsOf, constraintsOf } from "../statement-subject.ts";
import { andLater, ident, rangeText, withCommands } from "../suggested-text.ts";
import { amount, LARGE_ROWS, rowsOf } from "../table-size.ts";

export const volatileDefault: RiskRule = {
  code: "volatile-default",
  severity: "danger",
  about: "A new column whose default is worked out for each row writes the whole table anew.",
  covers: ["table-rewrite", "missing-lock-timeout"],
  find(input) {
    const cmds = commandsOf(input);
    const cmd = cmds.find((item) => item.subtype === "AT_AddColumn" && fallback(item.def.ColumnDef) !== undefined);
    const relation = cmd && input.draft.rewrites.length > 0 ? busySubject(input, input.body.relation) : undefined;
    if (!cmd || !relation) return undefined;
    const column = cmd.def.ColumnDef;
    const rows = rowsOf(input.catalog, relation);
    const table = rangeText(input.body.relation);
    const own: Node = structuredClone(column);
    own.constraints = own.constraints.filter(
      (item: { Constraint: { contype: string } }) => !["CONSTR_DEFAULT", "CONSTR_NOTNULL"].includes(item.Constraint.contype),
    );
    if (own.constraints.length === 0) delete own.constraints;
    const later = { subtype: "AT_ColumnDefault", name: column.colname, def: fallback(column), behavior: "DROP_RESTRICT" };
    const required = constraintsOf(column).some(({ contype }) => contype === "CONSTR_NOTNULL");
    return {
      message: `The default is worked out for ${amount(rows)} of ${relation.name}, which is written anew while nobody can read or write it`,
      severity: rows >= LARGE_ROWS ? "danger" : "warning",
      suggestion: {
        text: andLater(
          withCommands(input, cmd, [{ ...cmd, def: { ColumnDef: own } }, later]),
          "fill the rows there are in batches",
          ...(required ? [`ALTER TABLE ${table} ALTER COLUMN ${ident(column.colname)} SET NOT NULL`] : []),
        ),
        why: "New rows get the default at once; the rows there are wait for batches.",
      },
    };
  },
};

const fallback = (column: Parameters<typeof constraintsOf>[0] | undefined) =>
  column && constraintsOf(column).find(({ contype }) => contype === "CONSTR_DEFAULT")?.raw_expr;
