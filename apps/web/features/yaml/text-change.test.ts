import { expect, test } from "vitest";
import { decidedPart, textChange } from "./text-change.ts";

test("one replacement makes one text of another", () => {
  for (const [before, after] of [
    ["a: 1\nb: 2\n", "a: 1\nb: 3\n"],
    ["aaa", "aa"],
    ["", "x"],
    ["abab", "ab"],
    ["x", ""],
  ] as const) {
    const { start, end, text } = textChange(before, after)!;
    expect(before.slice(0, start) + text + before.slice(end)).toBe(after);
    expect(end - start + text.length).toBeLessThanOrEqual(before.length + after.length);
  }
  expect(textChange("same", "same")).toBeUndefined();
});

test("what controllers write is not what somebody decided", () => {
  const text = (replicas: number, version: number, ready: number): string =>
    `kind: Deployment\nmetadata:\n  name: web\n  generation: ${version}\n  resourceVersion: "${version}"\nspec:\n  replicas: ${replicas}\nstatus:\n  ready: ${ready}\n`;
  expect(decidedPart(text(2, 5, 1))).toBe(decidedPart(text(2, 6, 2)));
  expect(decidedPart(text(2, 5, 1))).not.toBe(decidedPart(text(3, 5, 1)));
});
