import { rowRange } from "../objects/row-range.ts";

/** Height of one row of the grid in pixels. */
export const ROW_HEIGHT = 26;
/**
 * Tallest element that every engine scrolls faithfully, in pixels, with a margin: Firefox stops at about 17.8 million, Chromium and
 * Safari at about 33.5 million.
 */
export const TALLEST = 15_000_000;
/** Rows drawn beyond each edge. */
const OVERSCAN = 4;

/**
 * Maths of a list that may be taller than an element can be. `offset` is the true place in pixels, as if there were no limit; `scrollTop`
 * is the element's. They are the same until the list is too tall, then proportional.
 */
export interface RowSpace {
  rows: number;
  /** Height of the part that shows rows, in pixels. */
  viewport: number;
}

const fullHeight = ({ rows }: RowSpace) => rows * ROW_HEIGHT;
/** Height of the scrolled element. */
export const elementHeight = (space: RowSpace) => Math.min(fullHeight(space), TALLEST);
export const isScaled = (space: RowSpace) => fullHeight(space) > TALLEST;
/** Greatest offset: the last row stands at the bottom. */
export const lastOffset = (space: RowSpace) => Math.max(0, fullHeight(space) - space.viewport);

export function clampOffset(space: RowSpace, offset: number): number {
  return Math.max(0, Math.min(offset, lastOffset(space)));
}

export function offsetOf(space: RowSpace, scrollTop: number): number {
  if (!isScaled(space)) return clampOffset(space, scrollTop);
  return clampOffset(space, (scrollTop / (TALLEST - space.viewport)) * lastOffset(space));
}

export function scrollTopOf(space: RowSpace, offset: number): number {
  if (!isScaled(space)) return clampOffset(space, offset);
  return (clampOffset(space, offset) / lastOffset(space)) * (TALLEST - space.viewport);
}

/** Rows to draw at an offset (`to` exclusive), and where the first of them starts relative to the viewport's top, in pixels. */
export function rowWindow(space: RowSpace, offset: number): { from: number; to: number; top: number } {
  const at = clampOffset(space, offset);
  const { from, to } = rowRange(at, space.viewport, ROW_HEIGHT, space.rows, OVERSCAN);
  return { from, to, top: from * ROW_HEIGHT - at };
}

/** The offset nearest to the present one at which `row` is wholly in view. */
export function offsetShowing(space: RowSpace, offset: number, row: number): number {
  const top = row * ROW_HEIGHT;
  if (top < offset) return clampOffset(space, top);
  if (top + ROW_HEIGHT > offset + space.viewport) return clampOffset(space, top + ROW_HEIGHT - space.viewport);
  return clampOffset(space, offset);
}

/** Columns (`to` exclusive) that touch the horizontal window; `lefts` has one more entry than there are columns, the last being the width. */
export function columnWindow(lefts: readonly number[], scrollLeft: number, width: number): { from: number; to: number } {
  const count = lefts.length - 1;
  let from = 0;
  while (from < count && lefts[from + 1]! < scrollLeft) from++;
  let to = from;
  while (to < count && lefts[to]! < scrollLeft + width) to++;
  return { from: Math.max(0, from - 1), to: Math.min(count, to + 1) };
}
