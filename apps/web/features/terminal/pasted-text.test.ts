import { expect, test } from "vitest";
import { controlCount, hasLines, lineCount, LONG_PASTE, needsLook, withoutControl } from "./pasted-text.ts";

test.each([
  ["ls -l", false, 1],
  ["ls -l\n", true, 1],
  ["a\r\nb", true, 2],
  ["a\rb\n", true, 2],
  ["a\n\n", true, 2],
] as const)("%j", (text, lines, count) => {
  expect([hasLines(text), lineCount(text)]).toEqual([lines, count]);
});

test.each([
  ["the end of a bracketed paste, and a line after it", "ls\u001b[201~\nrm -rf x\n", "ls[201~\nrm -rf x\n", 1],
  ["Ctrl-C, and a backspace", "a\u0003b\u007f", "ab", 2],
  ["an escape of eight bits", "a\u009b201~", "a201~", 1],
])("control characters are counted and left out: %s", (_what, text, left, count) => {
  expect([controlCount(text), withoutControl(text)]).toEqual([count, left]);
});

test("tabs and letters of any script are no control characters, and what is short and of one line is not asked about", () => {
  expect(controlCount("a\tb ä 字 🙂")).toBe(0);
  expect([needsLook("a\tb"), needsLook("a\u001b"), needsLook("a\nb"), needsLook("x".repeat(LONG_PASTE + 1))]).toEqual([
    false,
    true,
    true,
    true,
  ]);
});
