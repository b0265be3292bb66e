import { expect, test } from "vitest";
import { beginningOf } from "./frozen-text.ts";

test("a short text is shown as it is", () => {
  expect(beginningOf("DELETE FROM t\nWHERE id = 1;")).toBeUndefined();
});

test("many lines: the first ones, and a mark that there are more", () => {
  const text = Array.from({ length: 120 }, (_, i) => `UPDATE t SET a = ${i};`).join("\n");
  expect(beginningOf(text)).toBe(`${text.split("\n").slice(0, 6).join("\n")}\n…`);
});

test("one long line is never cut within a number or a name", () => {
  const numbers = Array.from({ length: 4_000 }, (_, i) => 100_000 + i);
  const shown = beginningOf(`DELETE FROM t WHERE id IN (${numbers.join(", ")})`)!;
  expect(shown.length).toBeLessThan(330);
  expect(shown).toMatch(/, …$/u);
  for (const [number] of shown.matchAll(/\d+/gu)) expect(number).toHaveLength(6);
});

test("a text without a gap is cut all the same", () => {
  expect(beginningOf("x".repeat(5_000))).toBe(`${"x".repeat(320)} …`);
});
