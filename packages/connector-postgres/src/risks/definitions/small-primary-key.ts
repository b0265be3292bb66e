import { names, type Node } from "../../tree.ts";
import type { RiskInput, RiskRule } from "../risk-rule.ts";
import { constraintsOf, newColumns, typeName } from "../statement-subject.ts";
import { changed } from "../suggested-text.ts";

export const smallPrimaryKey: RiskRule = {
  code: "small-primary-key",
  severity: "info",
  about: "An integer primary key runs out at 2,147,483,647; changing it later writes the whole table anew.",
  find(input) {
    const columns = narrowKeys(input);
    if (columns.length === 0) return undefined;
    return {
      message: `${columns.join(", ")} runs out at 2,147,483,647, and a wider key later means writing the table anew`,
      suggestion: {
        text: changed(input, (body) => {
          for (const own of newColumns({ ...input, body }))
            if (columns.includes(own.colname))
              own.typeName = { names: [{ String: { sval: "pg_catalog" } }, { String: { sval: "int8" } }], typemod: -1 };
        }),
        why: "bigint takes four bytes more and does not run out.",
      },
    };
  },
};

function narrowKeys(input: RiskInput): string[] {
  const listed: Node[] = (input.body.tableElts ?? []).flatMap((item: Node) => item.Constraint ?? []);
  const keys = listed
    .filter(({ contype }) => contype === "CONSTR_PRIMARY")
    .flatMap(({ keys: list }) => (list.length === 1 ? names(list) : []));
  return newColumns(input)
    .filter(
      (column) => ["int4", "int2"].includes(typeName(column)) && !constraintsOf(column).some(({ contype }) => contype === "CONSTR_FOREIGN"),
    )
    .filter((column) => keys.includes(column.colname) || constraintsOf(column).some(({ contype }) => contype === "CONSTR_PRIMARY"))
    .map((column) => column.colname);
}
