import { nameOf, type Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { soleRange, subjectOf } from "../statement-subject.ts";
import { changed } from "../suggested-text.ts";
import { amount, LARGE_ROWS, rowsOf } from "../table-size.ts";

export const orderByRandom: RiskRule = {
  code: "order-by-random",
  severity: "warning",
  about: "ORDER BY random() reads and sorts the whole table to choose a few rows.",
  covers: ["ordered-without-limit", "sequential-scan"],
  find(input) {
    const { type, body } = input;
    if (type !== "SelectStmt") return undefined;
    const random = (body.sortClause ?? []).some((item: Node) => nameOf(item.SortBy?.node?.FuncCall?.funcname).name === "random");
    const range = soleRange(input);
    const relation = subjectOf(input, range);
    if (!random || !relation || rowsOf(input.catalog, relation) < LARGE_ROWS) return undefined;
    const sampled = relation.kind === "r" || relation.kind === "m";
    return {
      message: `${amount(rowsOf(input.catalog, relation)).replace(/^a/, "A")} of ${relation.name} are sorted by chance`,
      suggestion: sampled
        ? {
            text: changed(input, (copy) => {
              copy.fromClause = [
                {
                  RangeTableSample: {
                    relation: { RangeVar: range },
                    method: [{ String: { sval: "system" } }],
                    args: [{ A_Const: { ival: { ival: 1 } } }],
                  },
                },
              ];
              copy.sortClause = undefined;
              delete copy.sortClause;
              if (!copy.limitCount) {
                copy.limitCount = { A_Const: { ival: { ival: 1000 } } };
                copy.limitOption = "LIMIT_OPTION_COUNT";
              }
            }),
            why: "A sample of one page in a hundred, chosen by chance, reads only those pages.",
          }
        : undefined,
    };
  },
};
