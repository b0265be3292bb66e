import { expect, test } from "vitest";
import { hasLines, lineCount } from "./pasted-text.ts";

test.each([
  ["ls -l", false, 1],
  ["ls -l\n", true, 1],
  ["a\r\nb", true, 2],
  ["a\rb\n", true, 2],
  ["a\n\n", true, 2],
] as const)("%j", (text, lines, count) => {
  expect([hasLines(text), lineCount(text)]).toEqual([lines, count]);
});
