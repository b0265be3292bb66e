import type { RiskRule } from "../risk-rule.ts";
import { newColumns, typeName } from "../statement-subject.ts";
import { changed } from "../suggested-text.ts";

const WIDTHS: Readonly<Record<string, string>> = {
  smallserial: "int2",
  serial2: "int2",
  serial: "int8",
  serial4: "int8",
  bigserial: "int8",
  serial8: "int8",
};

export const serialColumn: RiskRule = {
  code: "serial-column",
  severity: "info",
  about: "SERIAL leaves a sequence with rights and an owner of its own; an IDENTITY column keeps them together.",
  covers: ["small-primary-key"],
  find(input) {
    const column = newColumns(input).find((item) => typeName(item) in WIDTHS);
    if (!column) return undefined;
    return {
      message: `${column.colname} is ${typeName(column)}: rights and ownership of its sequence are looked after apart`,
      suggestion: {
        text: changed(input, (body) => {
          for (const own of newColumns({ ...input, body })) {
            const width = WIDTHS[typeName(own)];
            if (width === undefined) continue;
            own.typeName = { names: [{ String: { sval: "pg_catalog" } }, { String: { sval: width } }], typemod: -1 };
            own.constraints = [{ Constraint: { contype: "CONSTR_IDENTITY", generated_when: "d" } }, ...(own.constraints ?? [])];
          }
        }),
        why: "An identity column owns its sequence, and bigint does not run out.",
      },
    };
  },
};
