import type { RiskRule } from "../risk-rule.ts";
import { busySubject, isAlone } from "../statement-subject.ts";
import { afterKeyword, andLater } from "../suggested-text.ts";
import { amount, rowsOf } from "../table-size.ts";

export const blockingIndex: RiskRule = {
  code: "blocking-index",
  severity: "warning",
  about: "CREATE INDEX without CONCURRENTLY: nothing can be written to the table while the index is built.",
  find(input) {
    const { type, body, draft } = input;
    const relation = type === "IndexStmt" && !body.concurrent ? busySubject(input, body.relation) : undefined;
    if (!relation || (relation.kind === "p" && !body.relation.inh)) return undefined;
    const message = `Nothing can be written to ${relation.name} (${amount(rowsOf(input.catalog, relation))}) while the index is built`;
    if (relation.kind === "p")
      return {
        message,
        suggestion: {
          text: andLater(
            afterKeyword(draft.text, ["on"], "ONLY"),
            "CREATE INDEX CONCURRENTLY on each partition",
            "ALTER INDEX … ATTACH PARTITION each of them",
          ),
          why: "Partitions get theirs one by one beside running writes; the index of the whole is valid once all are attached.",
        },
      };
    return {
      message,
      suggestion: isAlone(input)
        ? { text: afterKeyword(draft.text, ["index"], "CONCURRENTLY"), why: "CONCURRENTLY builds it beside running writes." }
        : undefined,
    };
  },
};
