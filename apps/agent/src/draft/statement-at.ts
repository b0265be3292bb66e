import type { ParsedStatement } from "@interlock/connector";

/** A part of a document's text in UTF-16 units, end exclusive. */
export interface Span {
  start: number;
  end: number;
}

/**
 * What a cursor means: the selected text when there is any; else the statement the cursor is in or at the end of; behind a statement the one
 * before, as long as it ends on the same line. Undefined: nothing.
 */
export function spanAt(text: string, statements: readonly ParsedStatement[], anchor: number, head: number): Span | undefined {
  if (anchor !== head) return trimmed(text, Math.min(anchor, head), Math.max(anchor, head));
  const before = statements.findLast(({ start }) => start <= head);
  if (before === undefined) return undefined;
  const within = head <= before.end || !text.slice(before.end, head).includes("\n");
  return within ? { start: before.start, end: before.end } : undefined;
}

function trimmed(text: string, from: number, to: number): Span | undefined {
  const selected = text.slice(from, to);
  if (selected.trim() === "") return undefined;
  const start = from + (selected.length - selected.trimStart().length);
  return { start, end: start + selected.trim().length };
}
