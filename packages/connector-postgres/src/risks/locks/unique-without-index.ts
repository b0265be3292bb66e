import { names, type Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { busySubject, commandsOf, isAlone } from "../statement-subject.ts";
import { andLater, constraintName, ident, rangeText, withCommands } from "../suggested-text.ts";
import { amount, rowsOf } from "../table-size.ts";

export const uniqueWithoutIndex: RiskRule = {
  code: "unique-without-index",
  severity: "warning",
  about: "UNIQUE or PRIMARY KEY added without USING INDEX builds its index while nobody can read or write the table.",
  covers: ["missing-lock-timeout"],
  find(input) {
    const cmds = commandsOf(input);
    const cmd = cmds.find(
      ({ subtype, def }) =>
        subtype === "AT_AddConstraint" &&
        ["CONSTR_UNIQUE", "CONSTR_PRIMARY"].includes(def?.Constraint?.contype) &&
        !def.Constraint.indexname,
    );
    const relation = cmd && busySubject(input, input.body.relation);
    if (!cmd || !relation) return undefined;
    const constraint: Node = cmd.def.Constraint;
    const columns = names(constraint.keys);
    const primary = constraint.contype === "CONSTR_PRIMARY";
    const name: string = constraint.conname ?? constraintName(relation.name, primary ? [] : columns, primary ? "pkey" : "key");
    const possible =
      cmds.length === 1 &&
      isAlone(input) &&
      relation.kind === "r" &&
      !constraint.without_overlaps &&
      !constraint.options &&
      !constraint.indexspace;
    const { keys: _keys, including, nulls_not_distinct: distinct, ...rest } = constraint;
    const list = (items: string[]): string => items.map(ident).join(", ");
    return {
      message: `An index over ${amount(rowsOf(input.catalog, relation))} is built while nobody can read or write ${relation.name}`,
      suggestion: possible
        ? {
            text: andLater(
              `CREATE UNIQUE INDEX CONCURRENTLY ${ident(name)} ON ${rangeText(input.body.relation)} (${list(columns)})` +
                (including ? ` INCLUDE (${list(names(including))})` : "") +
                (distinct ? " NULLS NOT DISTINCT" : ""),
              withCommands(input, cmd, [
                {
                  subtype: "AT_AddConstraint",
                  def: { Constraint: { ...rest, conname: name, indexname: name } },
                  behavior: "DROP_RESTRICT",
                },
              ]),
            ),
            why: "The index is built beside everybody; the constraint then takes it over at once.",
          }
        : undefined,
    };
  },
};
