import type { TimelineEntry } from "@interlock/protocol";
import { expect, test } from "vitest";
import { mayHaveOlder, worthALine } from "./timeline-steps.ts";

const entry = (seq: number, type: string, commandId?: string): TimelineEntry => ({
  seq,
  at: "2026-11-21T03:00:00.000Z",
  type,
  text: type,
  ...(commandId === undefined ? {} : { commandId }),
});

test("steps on the way leave the panel when their command has ended, and only then", () => {
  const entries = [
    entry(7, "command.started", "b"),
    entry(6, "command.approved", "b"),
    entry(5, "command.succeeded", "a"),
    entry(4, "command.started", "a"),
    entry(3, "command.approved", "a"),
    entry(2, "command.proposed", "a"),
    entry(1, "room.opened"),
  ];
  expect(worthALine(entries).map(({ seq }) => seq)).toEqual([7, 6, 5, 2, 1]);
});

test("a rejection is told once, by the review that made it", () => {
  const entries = [entry(3, "command.rejected", "a"), entry(2, "command.reviewed", "a"), entry(1, "command.proposed", "a")];
  expect(worthALine(entries).map(({ seq }) => seq)).toEqual([2, 1]);
});

test("a timeline that was cut off says so", () => {
  const many = Array.from({ length: 500 }, (_, i) => entry(500 - i, "command.proposed", `${i}`));
  expect(mayHaveOlder(many)).toBe(true);
  expect(mayHaveOlder(many.slice(1))).toBe(false);
  expect(mayHaveOlder([...many, entry(0, "room.opened")])).toBe(false);
});
