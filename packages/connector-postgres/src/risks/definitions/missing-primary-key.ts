import type { Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { constraintsOf, newColumns } from "../statement-subject.ts";

export const missingPrimaryKey: RiskRule = {
  code: "missing-primary-key",
  severity: "info",
  about: "A table without a primary key: no row can be named, and logical replication refuses its UPDATEs and DELETEs.",
  find(input) {
    const { type, body } = input;
    if (type !== "CreateStmt" || body.relation.relpersistence !== "p" || body.inhRelations || body.ofTypename) return undefined;
    const elements: Node[] = body.tableElts ?? [];
    const keyed = [...elements.flatMap((item) => item.Constraint ?? []), ...newColumns(input).flatMap(constraintsOf)].some(
      ({ contype }) => contype === "CONSTR_PRIMARY",
    );
    const later = input.text
      .slice(input.draft.index + 1)
      .some(({ tree }) =>
        tree?.AlterTableStmt?.cmds?.some((item: Node) => item.AlterTableCmd.def?.Constraint?.contype === "CONSTR_PRIMARY"),
      );
    if (keyed || later || elements.some((item) => item.TableLikeClause)) return undefined;
    return { message: `No row of ${body.relation.relname} can be named, and undo and logical replication need that` };
  },
};
