import type { RiskRule } from "../risk-rule.ts";
import { subjectOf } from "../statement-subject.ts";

export const moveSchema: RiskRule = {
  code: "move-schema",
  severity: "warning",
  about: "SET SCHEMA, or RENAME of a schema: running programs look where the table was.",
  find(input) {
    const { type, body } = input;
    if (type === "RenameStmt" && body.renameType === "OBJECT_SCHEMA")
      return { message: `Running programs look in ${body.subname} and find nothing` };
    if (type !== "AlterObjectSchemaStmt" || !body.relation) return undefined;
    const relation = subjectOf(input, body.relation);
    return relation && relation.schema !== body.newschema
      ? { message: `Running programs look for ${relation.name} in ${relation.schema} and find nothing` }
      : undefined;
  },
};
