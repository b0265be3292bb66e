import { expect, it } from "vitest";
import { coversCursor } from "./cursor-cover.ts";

const text = "SELECT 1;  \nDELETE FROM t;";
const select = { start: 0, end: 8 };
const remove = { start: 12, end: 25 };

it.each([
  ["inside", select, 3, true],
  ["at its start", remove, 12, true],
  ["at its end", select, 8, true],
  ["behind its semicolon", select, 9, true],
  ["behind it on the same line", select, 11, true],
  ["on the next line", select, 12, false],
  ["before it", remove, 11, false],
])("%s", (_, statement, cursor, covered) => {
  expect(coversCursor(text, statement, cursor)).toBe(covered);
});
