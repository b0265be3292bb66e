import { names, type Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { commandsOf, constraintsOf, newColumns, subjectOf } from "../statement-subject.ts";

export const unindexedReference: RiskRule = {
  code: "unindexed-reference",
  severity: "info",
  about: "A new foreign key without an index on its own side: deletes from the other table will read this one whole.",
  find(input) {
    const { body, catalog, text } = input;
    const inline = newColumns(input).filter((column) => constraintsOf(column).some(({ contype }) => contype === "CONSTR_FOREIGN"));
    const listed: Node[] = (input.type === "CreateStmt" ? (body.tableElts ?? []) : commandsOf(input).map((cmd) => cmd.def ?? {})).flatMap(
      (item: Node) => (item.Constraint?.contype === "CONSTR_FOREIGN" ? item.Constraint : []),
    );
    const keys = [...inline.map((column) => [column.colname as string]), ...listed.map((item) => names(item.fk_attrs))];
    const relation = input.type === "AlterTableStmt" ? subjectOf(input, body.relation) : undefined;
    const open = keys.filter((columns) => !served(columns));
    const [first] = open;
    if (!first || (input.type === "AlterTableStmt" && !relation)) return undefined;
    return {
      message: `No index begins with ${open.map((columns) => columns.join(", ")).join(" or ")}: deletes from the other table will read this one whole`,
    };

    function served(columns: readonly string[]): boolean {
      const begins = (list: readonly string[]): boolean => columns.every((name) => list.slice(0, columns.length).includes(name));
      const name = body.relation.relname;
      const attnums = new Map(relation?.columns.map((column) => [column.attnum, column.name]));
      const unique = [
        ...newColumns(input).flatMap((column) =>
          constraintsOf(column).some(({ contype }) => /PRIMARY|UNIQUE/.test(contype)) ? [[column.colname]] : [],
        ),
        ...(body.tableElts ?? []).flatMap((item: Node) =>
          /PRIMARY|UNIQUE/.test(item.Constraint?.contype ?? "") ? [names(item.Constraint.keys)] : [],
        ),
        ...text.flatMap(({ tree }) =>
          tree?.IndexStmt?.relation?.relname === name ? [tree!.IndexStmt.indexParams.map((item: Node) => item.IndexElem?.name ?? "")] : [],
        ),
        ...catalog.indexes
          .filter((index) => index.table === relation?.oid && index.valid && !index.partial)
          .map((index) => index.columns.map((attnum) => attnums.get(attnum) ?? "")),
      ];
      return unique.some(begins);
    }
  },
};
