import type { DraftStatement } from "./draft-statement.ts";

/** Why an analysis that has no other word for it is incomplete: a reader must know what not to rely on. */
export function incompleteReason(draft: DraftStatement): string {
  if (draft.willFail.length > 0) return "A statement that fails was not followed to its end";
  const uncounted = [...draft.effects, ...draft.cascades].find(({ rows }) => rows.kind === "unknown");
  if (uncounted) return `How many rows of ${uncounted.object} is not known`;
  const opaque = draft.sideEffects.find(
    ({ kind, effect, writes }) => kind === "function" && !["read", "session"].includes(effect) && !writes,
  );
  if (opaque) return `What ${opaque.name} does is not followed`;
  return "Not all of this could be worked out";
}
