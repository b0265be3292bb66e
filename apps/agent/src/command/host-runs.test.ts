import type { HostRun, Verdict } from "@interlock/protocol";
import { expect, test } from "vitest";
import { outcomeOf } from "./host-runs.ts";
import { together } from "./hosts.ts";

const host = (name: string, state: HostRun["state"], message?: string): HostRun => ({
  connection: { id: name, name },
  state,
  ...(message === undefined ? {} : { error: { code: "statement_failed", message } }),
});

test("all of it has succeeded when every host has, and nothing that is not known passes for a failure", () => {
  expect(outcomeOf([host("a", "succeeded"), host("b", "succeeded")], false)).toEqual({ state: "succeeded", affected: [] });
  expect(outcomeOf([host("a", "failed", "no\nmore"), host("b", "skipped")], false)).toMatchObject({
    state: "failed",
    error: { code: "statement_failed", message: "0 of 2 hosts succeeded, 1 failed, 1 not begun.\na: no" },
  });
  expect(outcomeOf([host("a", "failed", "no"), host("b", "unknown", "the link broke")], false)).toMatchObject({ state: "unknown" });
  // Cancelled while one had ended already: nobody reads that as done.
  expect(outcomeOf([host("a", "succeeded"), host("b", "cancelled")], true)).toMatchObject({ state: "cancelled" });
  expect(outcomeOf([host("a", "succeeded"), host("b", "unknown", "?")], true)).toMatchObject({ state: "unknown" });
  // Its beginning could not be logged: it was not run there.
  const unlogged: HostRun = { ...host("b", "skipped"), error: { code: "audit_unavailable", message: "no log" } };
  expect(outcomeOf([host("a", "succeeded"), unlogged], false)).toMatchObject({ state: "failed", error: { code: "audit_unavailable" } });
  const many = Array.from({ length: 9 }, (_, at) => host(`h${at}`, "failed", "no"));
  expect(outcomeOf(many, false).error?.message).toMatch(/^0 of 9 hosts succeeded, 9 failed\.\nh0: no\n[^]*\nand 4 more$/);
});

const verdict = (decision: Verdict["decision"], rules: string[], groups: string[] = []): Verdict => ({
  decision,
  rules,
  message: `says ${rules[0]}`,
  obligations: { reviews: groups.map((group) => ({ count: 1, group })), reason: false, guard: false, countdownMs: 0, masks: [] },
  trace: [],
  policyVersion: "p",
});

test("the strictest host decides, and what each demands is demanded", () => {
  const all = together([
    { name: "web-1", verdict: verdict("review", ["writes"], ["payments"]) },
    { name: "web-2", verdict: verdict("allow", ["outside"]) },
    { name: "web-3", verdict: verdict("review", ["prod"], ["platform"]) },
  ]);
  expect(all).toMatchObject({ decision: "review", rules: ["writes", "prod"], message: "web-1: says writes" });
  expect(all.obligations.reviews.map(({ group }) => group).toSorted()).toEqual(["payments", "platform"]);
  const denied = together([
    { name: "web-1", verdict: verdict("allow", ["reads"]) },
    { name: "web-2", verdict: verdict("deny", ["not-here"]) },
  ]);
  expect(denied).toMatchObject({ decision: "deny", rules: ["not-here"], message: "web-2: says not-here" });
  expect(
    together([
      { name: "a", verdict: verdict("allow", ["reads"]) },
      { name: "b", verdict: verdict("allow", ["reads"]) },
    ]).message,
  ).toBe("says reads");
});
