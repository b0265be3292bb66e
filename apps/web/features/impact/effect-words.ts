import type { Effect } from "@interlock/protocol";

/** What a statement does to an object, as a verb, and its colour. Whole class names, for Tailwind to find. */
export const EFFECT_WORDS: Record<Effect, { verb: string; color: string }> = {
  read: { verb: "reads", color: "text-read-text" },
  session: { verb: "uses", color: "text-session-text" },
  append: { verb: "adds to", color: "text-append-text" },
  modify: { verb: "changes", color: "text-modify-text" },
  delete: { verb: "deletes from", color: "text-delete-text" },
  schema: { verb: "redefines", color: "text-schema-text" },
  privilege: { verb: "changes rights of", color: "text-privilege-text" },
  unknown: { verb: "may do anything to", color: "text-unknown-text" },
};
