import { expect, test } from "vitest";
import { RateLimit } from "./rate-limit.ts";

test("admits a burst, then a steady trickle, each person on their own", () => {
  let now = 0;
  const limit = new RateLimit({ burst: 2, perSecond: 1, now: () => now });
  expect([limit.admits("a"), limit.admits("a"), limit.admits("a"), limit.admits("b")]).toEqual([true, true, false, true]);
  now = 1000;
  expect([limit.admits("a"), limit.admits("a")]).toEqual([true, false]);
  now = 60_000;
  expect([limit.admits("a"), limit.admits("a"), limit.admits("a")]).toEqual([true, true, false]);
});
