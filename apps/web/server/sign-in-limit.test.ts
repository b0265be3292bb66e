import { expect, test } from "vitest";
import { SignInLimit } from "./sign-in-limit.ts";

const limits = { perPair: 3, perAddress: 5, perName: 6, windowMs: 1_000 };
const fail = (limit: SignInLimit, tries: [name: string, address: string][]) => {
  for (const [name, address] of tries) limit.failed(name, address, 0);
};

test("a name from one address is refused after its failures, until the window has passed", () => {
  const limit = new SignInLimit(limits);
  fail(limit, Array(3).fill(["oncall", "a"]));
  expect(limit.allows("oncall", "a", 999)).toBe(false);
  expect(limit.allows("responder", "a", 999)).toBe(true);
  expect(limit.allows("oncall", "a", 1_000)).toBe(true);
});

test("failing in somebody's name does not keep that person out elsewhere", () => {
  const limit = new SignInLimit(limits);
  fail(limit, Array(3).fill(["oncall", "a"]));
  expect(limit.allows("oncall", "b", 1)).toBe(true);
});

test("a name is refused from everywhere once many addresses have failed in it", () => {
  const limit = new SignInLimit(limits);
  fail(
    limit,
    ["a", "b", "c", "d", "e", "f"].map((address) => ["oncall", address]),
  );
  expect(limit.allows("oncall", "g", 1)).toBe(false);
});

test("an address is refused after its failures, whatever the names", () => {
  const limit = new SignInLimit(limits);
  fail(
    limit,
    ["1", "2", "3", "4", "5"].map((name) => [name, "a"]),
  );
  expect(limit.allows("6", "a", 1)).toBe(false);
  expect(limit.allows("6", "b", 1)).toBe(true);
});

test("success forgives the name and not the address", () => {
  const limit = new SignInLimit({ ...limits, perPair: 2 });
  fail(limit, [
    ["oncall", "a"],
    ["oncall", "a"],
  ]);
  limit.succeeded("oncall", "a");
  expect(limit.allows("oncall", "a", 1)).toBe(true);
  fail(limit, [
    ["2", "a"],
    ["3", "a"],
    ["4", "a"],
  ]);
  limit.succeeded("oncall", "a");
  expect(limit.allows("oncall", "a", 1)).toBe(false);
});

test("a flood of made-up names does not make the memory grow without end", () => {
  const limit = new SignInLimit({ perPair: 3, perAddress: 100_000, perName: 100, windowMs: 60_000 });
  for (let i = 0; i < 6_000; i++) limit.failed(`name-${i}`, "a", i);
  expect(limit.size).toBeLessThanOrEqual(10_000);
});
