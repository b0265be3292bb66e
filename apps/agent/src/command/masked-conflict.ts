import type { UndoConflict } from "@interlock/connector";
import { isMasked } from "@interlock/masking";
import { maskedText, type Said } from "./masked-text.ts";

/** A conflict as people may see it: its key is a stored value like any other (I7). */
export function maskedConflict({ object, key, reason, why }: UndoConflict, columns: readonly string[], said: Said): UndoConflict {
  const shown = Object.entries(key).map(([name, value]) => {
    if (value === null) return [name, null];
    return [name, isMasked(columns, `${object}.${name}`) ? "••••" : maskedText(value, { written: "", quotes: "values" })];
  });
  return {
    object,
    key: Object.fromEntries(shown) as UndoConflict["key"],
    reason,
    ...(why === undefined ? {} : { why: maskedText(why, said) }),
  };
}
