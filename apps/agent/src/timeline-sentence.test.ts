import { AUDIT_TYPES } from "@interlock/protocol";
import { expect, test } from "vitest";
import { sentence } from "./timeline-sentence.ts";

test.each([
  ["command.proposed", "oncall", { title: "DELETE orders", authors: ["oncall", "responder"] }, "proposed DELETE orders with responder"],
  ["command.reviewed", "reviewer", { title: "DELETE orders", decision: "approve" }, "approved DELETE orders"],
  ["command.started", "system", { title: "DELETE orders" }, "DELETE orders started"],
  [
    "command.succeeded",
    "system",
    { title: "DELETE orders", affected: [{ object: "p.orders", inserted: 0, updated: 0, deleted: 12431 }], rows: [] },
    "DELETE orders succeeded · p.orders 12,431 deleted",
  ],
  ["command.succeeded", "system", { title: "SELECT customers", affected: [], rows: [3] }, "SELECT customers succeeded · 3 rows"],
  ["command.succeeded", "system", { title: "SELECT", affected: [], rows: [1, 1, 3000] }, "SELECT succeeded · 3 results, 3,002 rows"],
  ["command.failed", "system", { title: "SELECT", code: "statement_failed" }, "SELECT failed"],
  ["command.failed", "system", { title: "SELECT", code: "statement_timeout" }, "SELECT failed (statement timeout)"],
  [
    "command.rolled_back",
    "system",
    { title: "DELETE orders", guard: [{ object: "p.orders", approved: 2, actual: 3 }] },
    "DELETE orders was rolled back: it did more than was approved (p.orders 3 instead of 2)",
  ],
  ["command.held", "reviewer", { title: "DELETE orders" }, "held DELETE orders"],
] as const)("%s by %s", (type, actor, data, expected) => {
  expect(sentence({ type, actor, data: structuredClone(data) as never })).toBe(expected);
});

test("every type of event has a sentence that survives missing facts", () => {
  for (const type of AUDIT_TYPES) expect(sentence({ type, actor: "oncall", data: {} })).not.toMatch(/undefined|^$/);
});
