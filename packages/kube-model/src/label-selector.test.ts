import { describe, expect, test } from "vitest";
import { selects, type Labels } from "./label-selector.ts";

describe("labels called as what every object inherits are labels like others", () => {
  const bare: Labels = { app: "web" };
  test.each([
    ["Exists", "constructor", undefined, bare, false],
    ["DoesNotExist", "constructor", undefined, bare, true],
    ["NotIn", "toString", ["a"], bare, true],
    ["Exists", "constructor", undefined, { constructor: "x" }, true],
    ["In", "toString", ["a"], { toString: "a" }, true],
  ] as const)("%s %s", (operator, key, values, labels, expected) => {
    const selector = { matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values: [...values] }) }] };
    expect(selects(selector, labels as unknown as Labels)).toBe(expected);
  });
});
