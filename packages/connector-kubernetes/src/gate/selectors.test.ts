import { expect, it } from "vitest";
import { fieldMatcher, labelMatcher } from "./selectors.ts";

const pod = { metadata: { name: "p", labels: { app: "web", tier: "" } }, spec: { nodeName: "n1" } };

it.each([
  ["app=web", true],
  ["app==web,tier=", true],
  ["app!=web", false],
  ["other!=x", true],
  ["app in (web, api)", true],
  ["app notin (web)", false],
  ["other notin (web)", true],
  ["other notin(web)", true],
  ["app in(web,api)", true],
  ["app", true],
  ["!app", false],
  ["!other,app in (a,web)", true],
])("matches labels by %s: %s", (selector, expected) => {
  expect(labelMatcher(selector)!(pod)).toBe(expected);
});

it.each([
  ["metadata.name=p", true],
  ["spec.nodeName!=n1", false],
  ["status.phase=", true],
  ["metadata.name=p,spec.nodeName=n2", false],
])("matches fields by %s: %s", (selector, expected) => {
  expect(fieldMatcher(selector)!(pod)).toBe(expected);
});

it("does not guess at a selector it cannot read", () => {
  expect(labelMatcher("a ~ b")).toBeUndefined();
  expect(fieldMatcher("a")).toBeUndefined();
});
