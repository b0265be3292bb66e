import type { RiskRule } from "../risk-rule.ts";
import { subjectOf } from "../statement-subject.ts";

export const renameColumn: RiskRule = {
  code: "rename-column",
  severity: "warning",
  about: "RENAME of a column: running programs that name it fail until they are changed.",
  find(input) {
    const { type, body } = input;
    if (type !== "RenameStmt" || body.renameType !== "OBJECT_COLUMN" || !subjectOf(input, body.relation)) return undefined;
    return { message: `Running programs that name ${body.subname} fail: add ${body.newname}, move to it, then drop ${body.subname}` };
  },
};
