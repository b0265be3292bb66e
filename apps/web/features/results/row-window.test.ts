import fc from "fast-check";
import { expect, test } from "vitest";
import {
  columnWindow,
  elementHeight,
  lastOffset,
  offsetOf,
  offsetShowing,
  ROW_HEIGHT,
  rowWindow,
  scrollTopOf,
  TALLEST,
} from "./row-window.ts";

const small = { rows: 1_000, viewport: 400 };
const huge = { rows: 5_000_000, viewport: 400 };

test("a short list scrolls as it is", () => {
  expect(elementHeight(small)).toBe(26_000);
  expect(offsetOf(small, 777)).toBe(777);
  expect(scrollTopOf(small, 777)).toBe(777);
});

test("a list too tall for the browser is scaled, and both ends can be reached", () => {
  expect(elementHeight(huge)).toBe(TALLEST);
  expect(offsetOf(huge, 0)).toBe(0);
  expect(offsetOf(huge, TALLEST - huge.viewport)).toBe(lastOffset(huge));
  const last = rowWindow(huge, lastOffset(huge));
  expect(last.to).toBe(5_000_000);
  // The last row ends exactly at the viewport's bottom.
  expect(last.top + (last.to - last.from) * ROW_HEIGHT).toBe(huge.viewport);
});

test("the window covers the viewport, whatever the offset", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5_000_000 }),
      fc.integer({ min: 50, max: 2_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (rows, viewport, share) => {
        const space = { rows, viewport };
        const { from, to, top } = rowWindow(space, share * lastOffset(space));
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(rows);
        expect(top).toBeLessThanOrEqual(0);
        expect(top + (to - from) * ROW_HEIGHT).toBeGreaterThanOrEqual(Math.min(viewport, rows * ROW_HEIGHT) - 1e-6);
        expect(to - from).toBeLessThanOrEqual(Math.ceil(viewport / ROW_HEIGHT) + 9);
      },
    ),
  );
});

test("offset and scroll position are each other's inverse", () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 5_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (rows, share) => {
      const space = { rows, viewport: 400 };
      const offset = share * lastOffset(space);
      expect(offsetOf(space, scrollTopOf(space, offset))).toBeCloseTo(offset, 3);
    }),
  );
});

test("showing a row moves no further than needed", () => {
  expect(offsetShowing(small, 260, 10)).toBe(260);
  expect(offsetShowing(small, 260, 3)).toBe(78);
  expect(offsetShowing(small, 0, 20)).toBe(146);
});

test("only columns in sight are drawn, with one beside", () => {
  const lefts = [0, 100, 200, 300, 400, 500];
  expect(columnWindow(lefts, 0, 150)).toEqual({ from: 0, to: 3 });
  expect(columnWindow(lefts, 250, 100)).toEqual({ from: 1, to: 5 });
  expect(columnWindow(lefts, 480, 400)).toEqual({ from: 3, to: 5 });
  expect(columnWindow([0], 0, 100)).toEqual({ from: 0, to: 0 });
});
