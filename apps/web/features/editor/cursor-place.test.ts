import { expect, test } from "vitest";
import { placeAfter } from "./cursor-place.ts";

test.each([
  ["an insert before it pushes it", 5, [{ at: 2, removed: 0, added: 3 }], 8],
  ["an insert exactly there leaves it", 5, [{ at: 5, removed: 0, added: 3 }], 5],
  ["an insert behind it leaves it", 5, [{ at: 6, removed: 0, added: 3 }], 5],
  ["a deletion before it pulls it", 5, [{ at: 1, removed: 2, added: 0 }], 3],
  ["a deletion around it moves it to its start", 5, [{ at: 2, removed: 9, added: 0 }], 2],
  ["what it stands behind is replaced", 5, [{ at: 4, removed: 1, added: 3 }], 7],
  ["what it stands before is replaced", 5, [{ at: 5, removed: 1, added: 3 }], 5],
  [
    "several steps add up",
    5,
    [
      { at: 0, removed: 0, added: 1 },
      { at: 1, removed: 2, added: 0 },
      { at: 5, removed: 0, added: 7 },
    ],
    4,
  ],
])("%s", (_, offset, edits, expected) => {
  expect(placeAfter(offset, edits)).toBe(expected);
});

test("the start of a selection does not take in what is inserted there", () => {
  expect(placeAfter(5, [{ at: 5, removed: 0, added: 3 }], "behind")).toBe(8);
});
