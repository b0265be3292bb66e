/**
 * A short name for a whole text, to tell whether two sides speak of the same one: its length and its 32-bit FNV-1a hash over UTF-16 units
 * (Fowler, Noll, Vo; draft-eastlake-fnv). Not a digest: it guards against haste, not against malice.
 */
export function textFingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `${text.length}-${(hash >>> 0).toString(16)}`;
}
