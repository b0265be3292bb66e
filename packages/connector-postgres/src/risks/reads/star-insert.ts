import { names, type Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { subjectOf } from "../statement-subject.ts";
import { changed } from "../suggested-text.ts";

export const starInsert: RiskRule = {
  code: "star-insert",
  severity: "warning",
  about: "INSERT … SELECT * without column names puts values by position: a column added or moved puts them elsewhere.",
  find(input) {
    const { type, body } = input;
    const query: Node | undefined = type === "InsertStmt" && !body.cols ? body.selectStmt?.SelectStmt : undefined;
    const star = query?.targetList?.length === 1 && names(query.targetList[0].ResTarget?.val?.ColumnRef?.fields).at(-1) === "*";
    if (!query || !star) return undefined;
    const target = subjectOf(input, body.relation);
    const source = query.fromClause?.length === 1 ? subjectOf(input, query.fromClause[0].RangeVar) : undefined;
    const all = source?.columns.map(({ name }) => name) ?? [];
    const fits = target && all.length > 0 && all.every((name, at) => target.columns[at]?.name === name);
    return {
      message: `Values are put into ${body.relation.relname} by the position of their columns`,
      suggestion: fits
        ? {
            text: changed(input, (copy) => {
              copy.cols = all.map((name) => ({ ResTarget: { name } }));
              copy.selectStmt.SelectStmt.targetList = all.map((name) => ({
                ResTarget: { val: { ColumnRef: { fields: [{ String: { sval: name } }] } } },
              }));
            }),
            why: "Each value goes to the column of its name, whatever is added later.",
          }
        : undefined,
    };
  },
};
