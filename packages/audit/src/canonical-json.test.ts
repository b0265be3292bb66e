import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

test("orders keys by UTF-16 units and writes numbers as ECMAScript does (RFC 8785, section 3.2)", () => {
  expect(canonicalJson({ "\u20ac": 1, "\r": 2, "\u{1f600}": 3, "\ufb33": 4, "1": 5, "\u0080": 6, "\u00f6": 7 })).toBe(
    '{"\\r":2,"1":5,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":3,"\ufb33":4}',
  );
  expect(canonicalJson([333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0])).toBe("[333333333.3333333,1e+30,4.5,0.002,1e-27,0]");
  expect(canonicalJson('\u20ac$\u000f\nA\'B"\\\\"/')).toBe('"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"');
});

test("one meaning has one text, and the text means the same", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(canonicalJson(reversed(value))).toBe(text);
    }),
  );
});

test.each([
  ["undefined", undefined],
  ["undefined in a list", [undefined]],
  ["NaN", [Number.NaN]],
  ["infinity", { a: Number.POSITIVE_INFINITY }],
  ["a bigint", [1n]],
  ["a function", { a: () => 1 }],
  ["a date", { a: new Date(0) }],
  ["a map", new Map([["a", 1]])],
  ["a lone surrogate", ["\ud800"]],
  ["a lone surrogate in a key", { "\ud800": 1 }],
  ["a hole", [1, , 2]], // oxlint-disable-line no-sparse-arrays -- the hole is the case
])("refuses %s", (_, value) => {
  expect(() => canonicalJson(value)).toThrow(TypeError);
});

test("a member that is undefined is absent", () => {
  expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
});

test("refuses a value that contains itself, but not one that is used twice", () => {
  const twice = { a: 1 };
  expect(canonicalJson([twice, twice])).toBe('[{"a":1},{"a":1}]');
  const cycle: unknown[] = [];
  cycle.push({ cycle });
  expect(() => canonicalJson(cycle)).toThrow("contains itself");
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
