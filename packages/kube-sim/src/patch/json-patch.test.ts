import { expect, test } from "vitest";
import { jsonPatch } from "./json-patch.ts";

const document = { a: [1, 2, 3], b: { "c/d": 1, "e~f": 2 }, n: null };

const CASES: readonly [patch: object[], expected: object][] = [
  [[{ op: "add", path: "/a/1", value: 9 }], { ...document, a: [1, 9, 2, 3] }],
  [[{ op: "add", path: "/a/-", value: 9 }], { ...document, a: [1, 2, 3, 9] }],
  [[{ op: "remove", path: "/a/0" }], { ...document, a: [2, 3] }],
  [[{ op: "replace", path: "/b/c~1d", value: 5 }], { ...document, b: { "c/d": 5, "e~f": 2 } }],
  [[{ op: "remove", path: "/b/e~0f" }], { ...document, b: { "c/d": 1 } }],
  [[{ op: "move", from: "/a", path: "/z" }], { b: document.b, n: null, z: [1, 2, 3] }],
  [[{ op: "copy", from: "/a/0", path: "/b/x" }], { ...document, b: { ...document.b, x: 1 } }],
  [[{ op: "test", path: "/a/0", value: 1 }], document],
  [[{ op: "test", path: "/nothing", value: null }], document],
  [
    [{ op: "add", path: "/__proto__", value: { polluted: true } }],
    Object.defineProperty({ ...document }, "__proto__", { value: { polluted: true }, enumerable: true }),
  ],
];

test.each(CASES)("%j", (patch, expected) => {
  expect(JSON.stringify(jsonPatch(document, patch))).toBe(JSON.stringify(expected));
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test.each([
  [[{ op: "test", path: "/a/0", value: 2 }], 422],
  [[{ op: "remove", path: "/x" }], 422],
  [[{ op: "replace", path: "/a/7", value: 1 }], 422],
  [[{ op: "add", path: "/x/y", value: 1 }], 422],
  [[{ op: "explode", path: "/a" }], 400],
  [{ op: "add" }, 400],
])("%j is refused with %i", (patch, code) => {
  expect(() => jsonPatch(document, patch)).toThrow(expect.objectContaining({ code }));
});
