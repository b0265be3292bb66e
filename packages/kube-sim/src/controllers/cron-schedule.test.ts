import { expect, test } from "vitest";
import { isDue } from "./cron-schedule.ts";

test.each([
  ["* * * * *", "2026-11-21T13:37:00Z", true],
  ["*/5 * * * *", "2026-11-21T13:35:00Z", true],
  ["*/5 * * * *", "2026-11-21T13:36:00Z", false],
  ["0 3 * * *", "2026-11-21T03:00:00Z", true],
  ["0 3 * * 1-5", "2026-11-21T03:00:00Z", false],
  ["0 3 * * sun", "2026-11-22T03:00:00Z", true],
  ["0 3 * * 7", "2026-11-22T03:00:00Z", true],
  ["0 0 1 * mon", "2026-12-01T00:00:00Z", true],
  ["10-20/5 * * * *", "2026-11-21T13:15:00Z", true],
  ["@daily", "2026-11-21T00:00:00Z", true],
  ["nonsense", "2026-11-21T00:00:00Z", false],
])("%s at %s", (schedule, time, expected) => {
  expect(isDue(schedule, new Date(time))).toBe(expected);
});
