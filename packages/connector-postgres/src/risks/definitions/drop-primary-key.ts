import type { RiskRule } from "../risk-rule.ts";
import { commandsOf, subjectOf } from "../statement-subject.ts";

export const dropPrimaryKey: RiskRule = {
  code: "drop-primary-key",
  severity: "danger",
  about: "Without its primary key a table takes the same row twice, and logical replication refuses its UPDATEs and DELETEs.",
  covers: ["drop-constraint"],
  find(input) {
    const relation = subjectOf(input, input.body.relation);
    const key = input.catalog.indexes.find(({ table, primary }) => primary && table === relation?.oid);
    const dropped = key && commandsOf(input).some(({ subtype, name }) => subtype === "AT_DropConstraint" && name === key.name);
    return dropped && relation
      ? { message: `${relation.name} loses its primary key: the same key twice is taken, and logical replication refuses its changes` }
      : undefined;
  },
};
