import type { RiskRule } from "../risk-rule.ts";
import { busySubject, commandsOf } from "../statement-subject.ts";
import { amount, rowsOf } from "../table-size.ts";

export const exclusionConstraint: RiskRule = {
  code: "exclusion-constraint",
  severity: "warning",
  about: "EXCLUDE builds its index while nobody can read or write the table, and there is no way round it.",
  covers: ["missing-lock-timeout"],
  find(input) {
    const found = commandsOf(input).some(
      ({ subtype, def }) => subtype === "AT_AddConstraint" && def?.Constraint?.contype === "CONSTR_EXCLUSION",
    );
    const relation = found ? busySubject(input, input.body.relation) : undefined;
    return (
      relation && {
        message: `Its index over ${amount(rowsOf(input.catalog, relation))} is built while nobody can read or write ${relation.name}`,
      }
    );
  },
};
