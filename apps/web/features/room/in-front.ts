export const isObject = (id: string): boolean => id.startsWith("object ");

/**
 * Panels of what people write: documents, and objects of a target, questions about its network and terminals, which stand beside them.
 * Everything else is results.
 */
export const isWritten = (id: string): boolean =>
  id.startsWith("document ") || isObject(id) || id.startsWith("reach ") || id.startsWith("terminal ") || id.startsWith("files ");

export const documentPanel = (documentId: string): string => `document ${documentId}`;

/**
 * The document or object that a person means without naming it, of the panels in sight: the one that was in front last, else the only one.
 * Undefined where none is in sight: nobody proposes what they do not see.
 */
export function meant(inSight: readonly string[], last: string | undefined): string | undefined {
  const written = inSight.filter(isWritten);
  if (last !== undefined && written.includes(last)) return last;
  return written.length === 1 ? written[0] : undefined;
}
