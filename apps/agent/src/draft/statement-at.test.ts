import type { ParsedStatement } from "@interlock/connector";
import { expect, test } from "vitest";
import { spanAt } from "./statement-at.ts";

const TEXT = "SELECT 1; SELECT 2;  \n\nSELECT 3";
const STATEMENTS = [
  [0, 8],
  [10, 18],
  [23, 31],
].map(([start, end], index): ParsedStatement => ({ index, start: start!, end: end!, text: "", effect: "read", title: "SELECT" }));

const at = (head: number, anchor = head) => {
  const span = spanAt(TEXT, STATEMENTS, anchor, head);
  return span === undefined ? undefined : TEXT.slice(span.start, span.end);
};

test("a cursor means the statement it is in, or at the end of", () => {
  expect(at(0)).toBe("SELECT 1");
  expect(at(8)).toBe("SELECT 1");
  expect(at(12)).toBe("SELECT 2");
  expect(at(TEXT.length)).toBe("SELECT 3");
});

test("behind a statement it means the one before on the same line, and nothing on another line", () => {
  expect(at(9)).toBe("SELECT 1");
  expect(at(20)).toBe("SELECT 2");
  expect(at(22)).toBeUndefined();
});

test("a selection means itself without the white space around it", () => {
  expect(at(0, 10)).toBe("SELECT 1;");
  expect(at(19, 8)).toBe("; SELECT 2;");
  expect(at(22, 20)).toBeUndefined();
});
