import type { Command } from "@interlock/protocol";
import { expect, test } from "vitest";
import { commandInShort, conflictSummary, keyWords, thingsOf, undoScope } from "./undo-words.ts";

const deleted = {
  title: "DELETE orders",
  undo: { state: "available", rows: 20, expiresAt: "2026-12-21T00:00:00.000Z" },
  execution: {
    affected: [
      { object: "payments.order_items", inserted: 0, updated: 0, deleted: 15 },
      { object: "payments.orders", inserted: 0, updated: 0, deleted: 5 },
      { object: "ledger.audit", inserted: 5, updated: 0, deleted: 0 },
    ],
  },
  impact: {
    statements: [{ effects: [{ effect: "delete", object: "payments.orders" }], cascades: [{ object: "payments.order_items" }] }],
  },
} as unknown as Command;

test("rows are put back table by table; what a trigger wrote stays", () => {
  expect(undoScope(deleted)).toEqual({
    lines: [
      { object: "payments.orders", words: "put back 5 deleted rows" },
      { object: "payments.order_items", words: "put back 15 deleted rows" },
    ],
    stays: ["ledger.audit"],
  });
});

test("where the counters and what was kept do not agree, no line is made up", () => {
  expect(undoScope({ ...deleted, undo: { ...deleted.undo!, rows: 21 } }).lines).toEqual([]);
});

test.each([
  [{ inserted: 1, updated: 0, deleted: 0 }, "take 1 added row out"],
  [{ inserted: 0, updated: 2, deleted: 0 }, "change 2 rows back"],
])("%o is undone by: %s", (affected, words) => {
  const rows = affected.inserted + affected.updated + affected.deleted;
  const command = {
    ...deleted,
    undo: { ...deleted.undo!, rows },
    execution: { affected: [{ object: "payments.orders", ...affected }] },
  } as unknown as Command;
  expect(undoScope(command).lines).toEqual([{ object: "payments.orders", words }]);
});

test("conflicts are summed up by what happened, and a row is named by its key", () => {
  const conflict = (reason: "changed" | "gone", id: string | null) => ({ object: "payments.orders", key: { id }, reason });
  expect(conflictSummary([conflict("gone", "1"), conflict("changed", "2"), conflict("changed", "3")])).toBe(
    "2 were changed since, 1 is not there any more",
  );
  expect(keyWords({ key: { order_id: "4", line: null } })).toBe("order_id 4, line NULL");
});

test("a command in short has the rows that were kept of it", () => {
  expect(commandInShort(deleted)).toBe("DELETE orders · 20 rows");
  expect(commandInShort({ title: "GRANT", impact: { ...deleted.impact, statements: [] } })).toBe("GRANT");
});

test("objects are told as objects", () => {
  const cluster = { impact: { statements: [{ request: { method: "DELETE", path: "/x" } }] } } as unknown as Command;
  expect([thingsOf(cluster, 1), thingsOf(cluster, 214), thingsOf(deleted, 2)]).toEqual(["1 object", "214 objects", "2 rows"]);
});
