import { expect, test } from "vitest";
import { textPositions } from "./text-position.ts";

test("plain text counts the same everywhere and is clamped", () => {
  const at = textPositions("select 1");
  expect([at.ofByte(7), at.ofCodePoint(7), at.ofByte(99)]).toEqual([7, 7, 8]);
});

test("bytes and code points become UTF-16 units", () => {
  const at = textPositions("é😀x");
  expect([at.ofByte(0), at.ofByte(2), at.ofByte(6), at.ofByte(7)]).toEqual([0, 1, 3, 4]);
  expect([at.ofCodePoint(1), at.ofCodePoint(2), at.ofCodePoint(3)]).toEqual([1, 3, 4]);
});
