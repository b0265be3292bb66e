import { expect, test } from "vitest";
import { contains, moved, rectangleOf, type CellSelection } from "./cell-selection.ts";

const grid = { rows: 1_000, columns: 5, page: 20 };
const at = (row: number, column: number): CellSelection => ({ anchor: { row, column }, head: { row, column } });
const press = (key: string, { shift = false, mod = false } = {}) => ({ key, shift, mod });

test.each([
  ["ArrowDown", {}, 11, 2],
  ["ArrowUp", {}, 9, 2],
  ["ArrowLeft", {}, 10, 1],
  ["PageDown", {}, 30, 2],
  ["PageUp", {}, 0, 2],
  ["Home", {}, 10, 0],
  ["End", {}, 10, 4],
  ["Home", { mod: true }, 0, 0],
  ["End", { mod: true }, 999, 4],
  ["ArrowDown", { mod: true }, 999, 2],
])("%s %o", (key, modifiers, row, column) => {
  expect(moved(at(10, 2), press(key, modifiers), grid)).toEqual(at(row, column));
});

test("shift extends from where the selection began", () => {
  const selection = moved(moved(at(10, 2), press("ArrowDown", { shift: true }), grid), press("ArrowLeft", { shift: true }), grid)!;
  expect(rectangleOf(selection)).toEqual({ top: 10, left: 1, bottom: 12, right: 3 });
  expect(contains(rectangleOf(selection), 11, 2)).toBe(true);
  expect(contains(rectangleOf(selection), 12, 2)).toBe(false);
});

test("everything, and nothing", () => {
  expect(rectangleOf(moved(undefined, press("a", { mod: true }), grid)!)).toEqual({ top: 0, left: 0, bottom: 1_000, right: 5 });
  expect(moved(at(0, 0), press("x"), grid)).toBeUndefined();
  expect(moved(undefined, press("ArrowDown"), { rows: 0, columns: 0, page: 0 })).toBeUndefined();
});
