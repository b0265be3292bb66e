/** A stretch of a line: as it is, or a character that one would not see, by its name. */
export interface VisiblePiece {
  text: string;
  hidden: boolean;
}

/** Control characters but line ends and tabs, and what is invisible or turns the order of what stands beside it (Trojan Source). */
const HIDDEN =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u00ad\u061c\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Every character of a line so that it is seen: what would be invisible is told by its number. */
export function visiblePieces(text: string): VisiblePiece[] {
  const pieces: VisiblePiece[] = [];
  let from = 0;
  for (const { index, 0: found } of text.matchAll(HIDDEN)) {
    if (index > from) pieces.push({ text: text.slice(from, index), hidden: false });
    pieces.push({ text: `U+${found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`, hidden: true });
    from = index + found.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), hidden: false });
  return pieces;
}
