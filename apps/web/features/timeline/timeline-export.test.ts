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

test("a dry run reads as one, and an undo names what it is of and what stood in its way", () => {
  const execution = {
    affected: [{ object: "p.orders", inserted: 0, updated: 0, deleted: 2 }],
    conflicts: [{ object: "p.orders", key: { id: "7" }, reason: "gone" }],
  };
  const dry = { ...command, dryRun: true, execution } as unknown as Command;
  expect(timelineMarkdown(room, entries, [dry])).toContain(
    "- Dry run: nothing was changed\n- It would be p.orders: 0 added, 0 changed, 2 deleted",
  );
  const deleted = { ...command, id: "d", digest: "def", undo: { doneBy: "c" } } as unknown as Command;
  const undo = { ...command, title: "undo: put back", undoOf: "d", execution } as unknown as Command;
  const text = timelineMarkdown(room, [...entries, { ...entries[0]!, commandId: "d" }], [undo, deleted]);
  expect(text).toContain("- Undoes DELETE orders, digest `def`");
  expect(text).toContain("- Not put back: p.orders id 7 is not there any more");
  expect(text).toContain("- Put back by undo: put back, digest `abc`");
});
