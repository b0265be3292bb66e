import type { Command, Effect, Impact } from "@interlock/protocol";

/** Whether it can be taken back afterwards, for the eye and in words. */
export interface Reversal {
  /** For a mark of two or three words. */
  mark: "can be undone" | "undo in part" | "no undo";
  text: "Can be undone" | "Can be undone in part" | "Cannot be undone";
  /** Why it is not all. */
  why: string | undefined;
  tone: "good" | "warn" | "bad";
}

/** Where the target gives no reason, its effect is one. */
const BY_NATURE: Partial<Record<Effect, string>> = {
  schema: "only changes of rows can be taken back, not of definitions",
  privilege: "only changes of rows can be taken back, not of rights, settings or other programs",
  unknown: "what it does is not known",
};

/**
 * Undefined for what writes nothing. Of several statements the worst counts: one that cannot be undone keeps the rows of none. Requests to a
 * cluster do not commit together: there it leaves the others their undo.
 */
export function reversal(impact: Impact): Reversal | undefined {
  const writing = impact.statements.filter(({ effect }) => effect !== "read" && effect !== "session");
  if (writing.length === 0) return undefined;
  const worst = writing.find(({ reversible }) => reversible === "no") ?? writing.find(({ reversible }) => reversible === "partial");
  if (worst === undefined) return { mark: "can be undone", text: "Can be undone", why: undefined, tone: "good" };
  const reason = worst.reversibleReason ?? (worst.reversible === "no" ? BY_NATURE[worst.effect] : undefined);
  const why = reason === undefined || impact.statements.length === 1 ? reason : `statement ${worst.index + 1}: ${reason}`;
  const alone = worst.request !== undefined && writing.some(({ reversible }) => reversible !== "no");
  return worst.reversible === "no" && !alone
    ? { mark: "no undo", text: "Cannot be undone", why, tone: "bad" }
    : { mark: "undo in part", text: "Can be undone in part", why, tone: "warn" };
}

/** Of a frozen command: one that changes nothing needs no undo, and one that is an undo keeps nothing itself. */
export function commandReversal({ impact, dryRun, undoOf }: Pick<Command, "impact" | "dryRun" | "undoOf">): Reversal | undefined {
  if (dryRun === true) return undefined;
  const found = reversal(impact);
  return found && undoOf !== undefined && found.why === undefined && found.tone !== "good"
    ? { ...found, why: "what an undo writes is not kept" }
    : found;
}

/** `Can be undone in part: what audit_orders does stays, and happens again`. */
export const reversalWords = ({ text, why }: Reversal) => (why === undefined ? text : `${text}: ${why}`);
