import type { RiskRule } from "../risk-rule.ts";
import { subjectOf } from "../statement-subject.ts";
import { andLater, ident, rangeText } from "../suggested-text.ts";

export const renameTable: RiskRule = {
  code: "rename-table",
  severity: "warning",
  about: "RENAME of a table: running programs know the old name. A view of the new name lets them move one by one.",
  find(input) {
    const { type, body, draft } = input;
    if (type !== "RenameStmt" || body.renameType !== "OBJECT_TABLE") return undefined;
    const relation = subjectOf(input, body.relation);
    if (!relation || relation.name.endsWith("_dropped") || body.newname.endsWith("_dropped")) return undefined;
    const next = input.text[draft.index + 1]?.tree?.ViewStmt?.view;
    if (next?.relname === relation.name) return undefined;
    const to = (body.relation.schemaname ? `${ident(body.relation.schemaname)}.` : "") + ident(body.newname);
    return {
      message: `Running programs know it as ${relation.name} and fail`,
      suggestion: {
        text: andLater(`CREATE VIEW ${to} AS SELECT * FROM ${rangeText(body.relation)}`, `DROP VIEW ${to}`, draft.text),
        why: "A view of the new name serves reads and writes alike, so programs can move one by one; rename once they all have.",
      },
    };
  },
};
