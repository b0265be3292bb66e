/**
 * Whether the cursor stands in a statement, by the agent's own rule: inside it, at either end, or behind it on the same line. Offsets are UTF-16 units.
 */
export function coversCursor(text: string, statement: { start: number; end: number }, cursor: number): boolean {
  if (cursor < statement.start) return false;
  return cursor <= statement.end || !text.slice(statement.end, cursor).includes("\n");
}
