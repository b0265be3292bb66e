import { expect, test } from "vitest";
import { BACK_OFF, backOff } from "./back-off.ts";

test("doubles from the first wait to the longest", () => {
  const most = (attempt: number) => backOff(attempt, () => 1);
  expect([0, 1, 2, 3].map(most)).toEqual([250, 500, 1000, 2000]);
  expect(most(12)).toBe(BACK_OFF.longest);
  expect(most(5_000)).toBe(BACK_OFF.longest);
});

test("jitter takes away at most half", () => {
  expect(backOff(3, () => 0)).toBe(1000);
  for (let i = 0; i < 100; i++) {
    const wait = backOff(4);
    expect(wait).toBeGreaterThanOrEqual(2000);
    expect(wait).toBeLessThanOrEqual(4000);
  }
});
