import type { UsageImport } from "@interlock/protocol";
import { expect, test } from "vitest";
import { coverageOf } from "./coverage.ts";

const HOUR = 3_600_000;
const NOW = Date.parse("2026-11-21T12:00:00Z");
/** A log from so many hours ago to so many. */
const log = (from: number, to: number): UsageImport => ({
  id: "x",
  at: new Date(NOW).toISOString(),
  by: "ann",
  name: "audit.log",
  bytes: 1,
  entries: 1,
  counted: 1,
  badLines: 0,
  problems: [],
  from: new Date(NOW - from * HOUR).toISOString(),
  to: new Date(NOW - to * HOUR).toISOString(),
});
const DAYS = 10 * 24;

test.each<[string, [number, number][], { days: number; complete: boolean; gaps: [number, number][] }]>([
  ["no log", [], { days: 0, complete: false, gaps: [[DAYS, 0]] }],
  ["one of all the time", [[DAYS + 5, 0]], { days: 10, complete: true, gaps: [] }],
  ["one that begins later", [[5 * 24, 0]], { days: 5, complete: false, gaps: [[DAYS, 5 * 24]] }],
  [
    "logs that were rotated",
    [
      [6 * 24, 0],
      [DAYS, 6 * 24 + 0.5],
    ],
    { days: 10, complete: true, gaps: [] },
  ],
  [
    "logs that overlap",
    [
      [DAYS, 24],
      [5 * 24, 0],
    ],
    { days: 10, complete: true, gaps: [] },
  ],
  [
    "a log within another",
    [
      [DAYS, 0],
      [5 * 24, 4 * 24],
    ],
    { days: 10, complete: true, gaps: [] },
  ],
  [
    "a day that is missing",
    [
      [DAYS, 5 * 24],
      [4 * 24, 0],
    ],
    { days: 9, complete: false, gaps: [[5 * 24, 4 * 24]] },
  ],
  ["one that ended yesterday", [[DAYS, 24]], { days: 9, complete: true, gaps: [[24, 0]] }],
  ["one that ended last week", [[DAYS, 7 * 24]], { days: 3, complete: false, gaps: [[7 * 24, 0]] }],
  ["one that is too old", [[DAYS * 3, DAYS * 2]], { days: 0, complete: false, gaps: [[DAYS, 0]] }],
])("%s", (_, logs, { days, complete, gaps }) => {
  const found = coverageOf(
    logs.map(([from, to]) => log(from, to)),
    10,
    NOW,
  );
  expect(found.coveredDays).toBeCloseTo(days, 5);
  expect(found.complete).toBe(complete);
  expect(found.gaps.map(({ from, to }) => [(NOW - Date.parse(from)) / HOUR, (NOW - Date.parse(to)) / HOUR])).toEqual(gaps);
});
