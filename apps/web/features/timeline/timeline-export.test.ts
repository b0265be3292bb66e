import type { Command, Room, TimelineEntry } from "@interlock/protocol";
import { expect, test } from "vitest";
import { timelineMarkdown } from "./timeline-export.ts";

const person = { id: "1", name: "oncall", displayName: "On Call", color: "#000000" };
const room: Room = {
  id: "r",
  code: "INC-482",
  title: "payments 5xx",
  severity: "SEV-1",
  open: true,
  openedAt: "2026-11-20T00:17:00.000Z",
  members: [{ ...person, role: "lead", online: true }],
  waiting: 0,
};
const entries: TimelineEntry[] = [
  { seq: 2, at: "2026-11-20T00:41:09.000Z", actor: person, type: "command.proposed", commandId: "c", text: "proposed DELETE order_items" },
  { seq: 1, at: "2026-11-20T00:17:00.000Z", type: "room.opened", text: "Room opened" },
];
const command = {
  id: "c",
  title: "DELETE orders",
  text: "SELECT '```'",
  connection: { name: "payments-db" },
  state: "rolled_back",
  proposer: person,
  authors: [person],
  reviews: [],
  digest: "abc",
} as unknown as Command;

test("is told from the beginning, with names in bold and nothing of a text taken for markup", () => {
  const text = timelineMarkdown(room, entries, [command]);
  expect(text.indexOf("Room opened")).toBeLessThan(text.indexOf("proposed"));
  expect(text).toContain("- `2026-11-20 00:41:09` **On Call** proposed DELETE order\\_items");
  expect(text).toContain("### DELETE orders on payments-db: rolled back");
});

test("a text with a fence in it stays inside its own", () => {
  expect(timelineMarkdown(room, entries, [command])).toContain("````sql\nSELECT '```'\n````");
});
