import { expect, test } from "vitest";
import { matches, parseLabelSelector, selectorText, selects, selectsMap } from "./label-selector.ts";

test.each([
  ["app=web", { app: "web" }, true],
  ["app==web", { app: "api" }, false],
  ["app!=web", {}, true],
  ["app in (web, api),tier", { app: "api", tier: "" }, true],
  ["app notin (web,api)", { app: "web" }, false],
  ["!app", { app: "x" }, false],
  ["a.b/c=d,!e", { "a.b/c": "d" }, true],
  ["n>3", { n: "4" }, true],
  ["", { a: "b" }, true],
])("%s", (text, labels, expected) => {
  expect(matches(parseLabelSelector(text), labels as Record<string, string>)).toBe(expected);
});

test.each(["a in b", "=x", "a=(b", "a b"])("%s is no selector", (text) => {
  expect(() => parseLabelSelector(text)).toThrow(expect.objectContaining({ code: 400 }));
});

test("an empty selector of an object picks all, an absent one nothing, and a Service's empty one nothing", () => {
  expect(selects({}, { a: "b" })).toBe(true);
  expect(selects(undefined, {})).toBe(false);
  expect(selectsMap({}, {})).toBe(false);
});

test("a selector is written as kubectl shows it", () => {
  expect(
    selectorText({
      matchLabels: { b: "2", a: "1" },
      matchExpressions: [
        { key: "c", operator: "In", values: ["y", "x"] },
        { key: "d", operator: "DoesNotExist" },
      ],
    }),
  ).toBe("!d,a=1,b=2,c in (x,y)");
});
