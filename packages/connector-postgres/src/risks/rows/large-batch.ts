import type { Node } from "../../tree.ts";
import type { RiskInput, RiskRule } from "../risk-rule.ts";
import { soleRange, subjectOf } from "../statement-subject.ts";
import { changed } from "../suggested-text.ts";
import { amount } from "../table-size.ts";
import { assignments, unlessSet } from "./update-again.ts";

/** From this many rows on one statement holds its row locks for seconds and leaves as many dead rows at once. */
const BATCH_ROWS = 50_000;
/** Rows of one batch: a fraction of a second, and few enough for vacuum to follow. */
const BATCH = 10_000;

export const largeBatch: RiskRule = {
  code: "large-batch",
  severity: "warning",
  about: "A write of 50,000 rows or more at once holds its locks for long, floods replicas and leaves as many dead rows.",
  covers: ["update-again"],
  find(input) {
    const { type, body, draft } = input;
    if (!["DeleteStmt", "UpdateStmt", "InsertStmt"].includes(type)) return undefined;
    const rows = Math.max(0, ...draft.effects.filter(({ effect }) => effect !== "read").map((item) => item.rows.value));
    if (rows < BATCH_ROWS) return undefined;
    return {
      message: `It writes ${amount(rows)} of ${body.relation.relname} in one go`,
      suggestion: {
        text: batch(input),
        why: `Ten thousand rows at a time, in the order of their keys: run it again until it writes none.`,
      },
    };
  },
};

/** The same write over the first keys that still need it; an UPDATE only where a row that has it can be told from one that has not. */
function batch(input: RiskInput): string | undefined {
  const range = soleRange(input);
  const relation = subjectOf(input, range);
  const [key, ...others] = input.catalog.indexes.find(({ table, primary }) => primary && table === relation?.oid)?.columns ?? [];
  const column = relation?.columns.find(({ attnum }) => attnum === key);
  if (!range || !column || others.length > 0 || input.body.withClause || input.type === "InsertStmt") return undefined;
  const needed = input.type === "UpdateStmt" ? unlessSet(assignments(input) ?? []) : undefined;
  if (input.type === "UpdateStmt" && !needed) return undefined;
  const ref: Node = {
    ColumnRef: { fields: [...(range.alias ? [{ String: { sval: range.alias.aliasname } }] : []), { String: { sval: column.name } }] },
  };
  const conditions = [input.body.whereClause, needed].filter((item) => item !== undefined);
  const where = conditions.length > 1 ? { BoolExpr: { boolop: "AND_EXPR", args: conditions } } : conditions[0];
  return changed(input, (body) => {
    body.whereClause = {
      SubLink: {
        subLinkType: "ANY_SUBLINK",
        testexpr: ref,
        subselect: {
          SelectStmt: {
            targetList: [{ ResTarget: { val: ref } }],
            fromClause: [{ RangeVar: range }],
            ...(where ? { whereClause: where } : {}),
            sortClause: [{ SortBy: { node: ref, sortby_dir: "SORTBY_DEFAULT", sortby_nulls: "SORTBY_NULLS_DEFAULT" } }],
            limitOption: "LIMIT_OPTION_COUNT",
            limitCount: { A_Const: { ival: { ival: BATCH } } },
            op: "SETOP_NONE",
          },
        },
      },
    };
  });
}
