import type { LogLine } from "./log-line.ts";

/** Height of one line that is not wrapped, in pixels. */
export const LINE_HEIGHT = 18;
/** Lines drawn beyond each edge. */
const OVERSCAN = 8;

/** Where lines stand. Heights of wrapped ones are worked out from their length: exact for text of one width, near for the rest. */
export interface Heights {
  total: number;
  length: number;
  /** Pixels above a line. */
  top(index: number): number;
  /** The line at a place, 0 where there are none. */
  at(offset: number): number;
}

/** `columns`: characters that fit beside each other; Infinity where nothing is wrapped. */
export function heightsOf(lines: readonly LogLine[], columns: number): Heights {
  const { length } = lines;
  if (columns === Infinity)
    return {
      total: length * LINE_HEIGHT,
      length,
      top: (index) => Math.min(index, length) * LINE_HEIGHT,
      at: (offset) => Math.max(0, Math.min(length - 1, Math.floor(offset / LINE_HEIGHT))),
    };
  const tops = new Float64Array(length + 1);
  for (let index = 0; index < length; index++) {
    const rows = Math.max(1, Math.ceil(lines[index]!.text.length / columns));
    tops[index + 1] = tops[index]! + rows * LINE_HEIGHT;
  }
  return {
    total: tops[length]!,
    length,
    top: (index) => tops[Math.min(index, length)]!,
    at(offset) {
      let [low, high] = [0, Math.max(0, length - 1)];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (tops[middle]! <= offset) low = middle;
        else high = middle - 1;
      }
      return low;
    },
  };
}

/** Lines to draw, `to` exclusive. */
export function visibleLines(heights: Heights, scrollTop: number, height: number): { from: number; to: number } {
  return {
    from: Math.max(0, heights.at(scrollTop) - OVERSCAN),
    to: Math.min(heights.length, heights.at(scrollTop + height) + 1 + OVERSCAN),
  };
}
