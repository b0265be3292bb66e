import { afterEach, expect, test, vi } from "vitest";
import type { Claimed } from "./claim.ts";
import { Run } from "./runs.ts";

afterEach(() => void vi.useRealTimers());

const newRun = (): Run => new Run({ executionId: "e", startedAt: new Date(0) } as Claimed, () => {});

test("rows wait while somebody is asked about, and go on with the answer", async () => {
  const run = newRun();
  expect(run.held).toBeUndefined();
  const release = run.hold();
  const waiting = run.held;
  expect(waiting).toBeInstanceOf(Promise);
  release();
  await waiting;
  expect(run.held).toBeUndefined();
});

test("an answer that does not come holds nothing up for long, and asking again does not prolong it", async () => {
  vi.useFakeTimers();
  const run = newRun();
  const late = run.hold();
  const waiting = run.held;
  vi.advanceTimersByTime(200);
  run.hold();
  expect(run.held).toBe(waiting);
  vi.advanceTimersByTime(50);
  await waiting;
  expect(run.held).toBeUndefined();
  const release = run.hold();
  late();
  expect(run.held).toBeInstanceOf(Promise);
  release();
  expect(run.held).toBeUndefined();
});
