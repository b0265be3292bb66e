import type { RiskRule } from "./risk-rule.ts";

/** CREATE or DROP INDEX without CONCURRENTLY: writers wait for the whole of it. */
export const blockingIndex: RiskRule = ({ type, body, draft }) => {
  if (type === "IndexStmt" && !body.concurrent) {
    const suggestion = draft.text.replace(/\bindex\b(\s+concurrently)?/i, (word) => `${word} CONCURRENTLY`);
    return {
      code: "blocking-index",
      severity: "warning",
      message: `Nothing can be written to ${body.relation.relname} while the index is built`,
      suggestion: { text: suggestion, why: "CONCURRENTLY builds it beside running writes; it must be a command of its own." },
    };
  }
  if (type === "DropStmt" && body.removeType === "OBJECT_INDEX" && !body.concurrent) {
    return {
      code: "blocking-index-drop",
      severity: "warning",
      message: "Dropping the index waits for, and then blocks, everything on its table",
      suggestion: {
        text: draft.text.replace(/\bindex\b/i, (word) => `${word} CONCURRENTLY`),
        why: "CONCURRENTLY waits without blocking others.",
      },
    };
  }
  return undefined;
};
