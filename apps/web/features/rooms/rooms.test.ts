import type { Room } from "@interlock/protocol";
import { expect, test } from "vitest";
import { ago } from "./ago.ts";
import { byUrgency } from "./room-order.ts";

const NOW = Date.parse("2026-11-21T03:00:00Z");

test.each([
  ["2026-11-21T03:00:05Z", "just now"],
  ["2026-11-21T02:59:01Z", "just now"],
  ["2026-11-21T02:36:00Z", "24 min. ago"],
  ["2026-11-20T22:00:00Z", "5 hr. ago"],
  ["2026-11-20T01:00:00Z", "yesterday"],
  ["2026-11-11T01:00:00Z", "10 days ago"],
])("%s is %s", (at, words) => {
  expect(ago(at, NOW)).toBe(words);
});

test("the most severe room comes first, then the one that waits, then the newest; rooms without severity last", () => {
  const room = (code: string, part: Partial<Room>): Room => ({
    id: code,
    code,
    title: code,
    open: true,
    openedAt: "2026-11-21T01:00:00Z",
    members: [],
    waiting: 0,
    ...part,
  });
  const rooms = [
    room("plain", {}),
    room("older", { severity: "SEV-2" }),
    room("newer", { severity: "SEV-2", openedAt: "2026-11-21T02:00:00Z" }),
    room("waits", { severity: "SEV-2", waiting: 1 }),
    room("worst", { severity: "SEV-1" }),
  ];
  expect(rooms.toSorted(byUrgency).map((one) => one.code)).toEqual(["worst", "waits", "newer", "older", "plain"]);
});
