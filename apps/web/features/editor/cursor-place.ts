/** One step of an edit, in the coordinates of the text before the whole edit. UTF-16 units. */
export interface OthersEdit {
  at: number;
  removed: number;
  added: number;
}

/**
 * Where an offset is after edits of somebody else, given in ascending order. What is inserted exactly there stands behind it
 * (`before`) or before it: a cursor stays `before`, or two people who type in one place would write every other letter. Whoever stands
 * inside or at the end of what is replaced stands behind what replaces it.
 */
export function placeAfter(offset: number, edits: readonly OthersEdit[], side: "before" | "behind" = "before"): number {
  let moved = offset;
  for (const { at, removed, added } of edits) {
    if (at > offset || (at === offset && side === "before")) break;
    moved += added - Math.min(removed, offset - at);
  }
  return moved;
}
