import { expect, test } from "vitest";
import { rowRange } from "./row-range.ts";

test("only rows in sight and a few beyond are drawn", () => {
  expect(rowRange(0, 400, 40, 20_000, 8)).toEqual({ from: 0, to: 18 });
  expect(rowRange(400_000, 400, 40, 20_000, 8)).toEqual({ from: 9_992, to: 10_018 });
  // The list has become shorter under a scrolled window.
  expect(rowRange(400_000, 400, 40, 3, 8)).toEqual({ from: 3, to: 3 });
});
