import type { PrivilegeSummary } from "@interlock/protocol";
import { expect, test } from "vitest";
import { filtered, NO_FILTER } from "./privilege-filter.ts";
import { verdictOf } from "./privilege-words.ts";

const one = (name: string, more: Partial<PrivilegeSummary> = {}): PrivilegeSummary => ({
  id: name,
  subject: { kind: "User", name },
  system: false,
  rights: 4,
  used: 2,
  unlogged: 0,
  gone: 0,
  dangers: [],
  byGroups: [],
  smaller: true,
  ...more,
});
const ALL = [
  one("ann", { dangers: [{ id: "exec", title: "Who may run programs in pods", severity: "high", why: "" }] }),
  one("bot", { subject: { kind: "ServiceAccount", namespace: "ci", name: "bot" }, used: 0 }),
  one("gone", { rights: 0, used: 0, gone: 3, smaller: false }),
  one("system:x", { system: true }),
];
const names = (filter: Partial<typeof NO_FILTER>) => filtered(ALL, { ...NO_FILTER, ...filter }).map(({ id }) => id);

test("what matters, kinds and words leave out the rest, and Kubernetes itself comes when it is asked for", () => {
  expect(names({})).toEqual(["ann", "bot", "gone"]);
  expect(names({ system: true })).toContain("system:x");
  expect(names({ show: "dangerous" })).toEqual(["ann"]);
  expect(names({ show: "idle" })).toEqual(["bot"]);
  expect(names({ show: "gone" })).toEqual(["gone"]);
  expect(names({ kinds: new Set(["ServiceAccount"]) })).toEqual(["bot"]);
  expect(names({ text: "CI/bot" })).toEqual(["bot"]);
  expect(names({ text: "programs ann" })).toEqual(["ann"]);
});

test("what was not seen is not said to be unused where the logs do not tell of all the time", () => {
  const [ann, bot, gone] = ALL;
  expect(verdictOf(ann!, true, true)).toBe("2 of 4 rights used");
  expect(verdictOf(ann!, false, true)).toBe("2 of 4 rights seen used");
  expect(verdictOf(ann!, false, false)).toBe("4 rights, use unknown");
  expect(verdictOf(bot!, true, true)).toBe("used none of 4 rights");
  expect(verdictOf(bot!, false, true)).toBe("was seen to use none of 4 rights");
  expect(verdictOf(gone!, true, true)).toBe("has no rights any more · 3 used and not granted any more");
});
