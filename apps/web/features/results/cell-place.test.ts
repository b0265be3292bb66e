import { expect, test } from "vitest";
import { cellAt, dragScroll, type GridSight, nearestCell } from "./cell-place.ts";
import { ROW_HEIGHT } from "./row-window.ts";

const sight: GridSight = { offset: 0, left: 0, width: 300, height: 200, header: 28, gutter: 40, rows: 1_000, lefts: [40, 140, 240] };

test("a point is in the row and column that is drawn there", () => {
  expect(cellAt(sight, { x: 41, y: 29 })).toEqual({ row: 0, column: 0 });
  expect(cellAt(sight, { x: 141, y: 28 + ROW_HEIGHT })).toEqual({ row: 1, column: 1 });
  expect(cellAt({ ...sight, offset: 10 * ROW_HEIGHT, left: 100 }, { x: 41, y: 29 })).toEqual({ row: 10, column: 1 });
});

test("header, row numbers, scroll bars and the space beside the cells are no cell", () => {
  for (const [x, y] of [
    [50, 10],
    [10, 50],
    [305, 50],
    [50, 205],
    [260, 50],
  ] as const)
    expect(cellAt(sight, { x, y })).toBeUndefined();
  expect(cellAt({ ...sight, rows: 2 }, { x: 50, y: 150 })).toBeUndefined();
});

test("a drag that leaves the box takes the last cell in sight and scrolls on, faster further out", () => {
  expect(nearestCell(sight, { x: 50, y: 900 })).toEqual({ row: 6, column: 0 });
  expect(nearestCell(sight, { x: -90, y: -90 })).toEqual({ row: 0, column: 0 });
  expect(nearestCell({ ...sight, rows: 3 }, { x: 900, y: 900 })).toEqual({ row: 2, column: 1 });
  expect(dragScroll(sight, { x: 50, y: 100 })).toEqual({ x: 0, y: 0 });
  const near = dragScroll(sight, { x: 50, y: 206 }).y;
  const far = dragScroll(sight, { x: 50, y: 260 }).y;
  expect(near).toBeGreaterThan(0);
  expect(far).toBeGreaterThan(near);
  expect(dragScroll(sight, { x: 0, y: 0 })).toEqual({ x: expect.closeTo(-14), y: expect.closeTo(-10) });
});
