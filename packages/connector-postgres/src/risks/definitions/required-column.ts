import type { RiskRule } from "../risk-rule.ts";
import { commandsOf, constraintsOf, subjectOf, typeName } from "../statement-subject.ts";
import { withCommands } from "../suggested-text.ts";
import { rowsOf } from "../table-size.ts";

export const requiredColumn: RiskRule = {
  code: "required-column",
  severity: "warning",
  about: "A new NOT NULL column without a default: the rows there are have no value, and running programs do not give one.",
  find(input) {
    const cmd = commandsOf(input).find((item) => {
      if (item.subtype !== "AT_AddColumn" || /serial/.test(typeName(item.def.ColumnDef))) return false;
      const types: string[] = constraintsOf(item.def.ColumnDef).map(({ contype }) => contype);
      return (
        types.includes("CONSTR_NOTNULL") && !["CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"].some((type) => types.includes(type))
      );
    });
    const relation = cmd && subjectOf(input, input.body.relation);
    if (!cmd || !relation || rowsOf(input.catalog, relation) === 0) return undefined;
    const column = structuredClone(cmd.def.ColumnDef);
    column.constraints = column.constraints.filter(
      (item: { Constraint: { contype: string } }) => item.Constraint.contype !== "CONSTR_NOTNULL",
    );
    if (column.constraints.length === 0) delete column.constraints;
    return {
      message: `The rows of ${relation.name} have no value for ${column.colname}, and programs that insert give none`,
      suggestion: {
        text: withCommands(input, cmd, [{ ...cmd, def: { ColumnDef: column } }]),
        why: "Let it be NULL first; require it once programs fill it and the rows there are have it.",
      },
    };
  },
};
