/** The one replacement that makes `after` of `before`: everything between what both begin and end with. UTF-16 units. */
export function textChange(before: string, after: string): { start: number; end: number; text: string } | undefined {
  if (before === after) return undefined;
  const least = Math.min(before.length, after.length);
  let start = 0;
  while (start < least && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < least - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}

/**
 * What somebody decided about an object, of its text: without the status that controllers write, which is last, and the versions that the
 * server counts up.
 */
export function decidedPart(text: string): string {
  const status = /^status:/mu.exec(text);
  return (status === null ? text : text.slice(0, status.index)).replaceAll(/^ {2}(?:resourceVersion|generation): .*\n/gmu, "");
}
