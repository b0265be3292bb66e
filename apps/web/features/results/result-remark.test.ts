import { expect, test } from "vitest";
import { noRowsWords, resultRemark } from "./result-remark.ts";

test.each([
  ["succeeded", { done: true, truncated: false }, undefined],
  ["succeeded", { done: true, truncated: true }, "cut off: there were more rows"],
  ["running", { done: false, truncated: false }, undefined],
  ["cancelled", { done: true, truncated: true }, "cancelled: not all rows came"],
  ["failed", { done: true, truncated: true }, "failed: not all rows came"],
  ["unknown", { done: false, truncated: false }, "outcome unknown: not all rows came"],
  // A result of a statement before the one that failed is whole.
  ["failed", { done: true, truncated: false }, "failed"],
] as const)("%s %o: %s", (state, result, expected) => {
  expect(resultRemark(state, result)?.text).toBe(expected);
});

test("no rows of a failed command do not read as if there were none", () => {
  expect(noRowsWords("succeeded")).toBe("No rows.");
  expect(noRowsWords("failed")).not.toBe("No rows.");
});
