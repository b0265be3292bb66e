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
  ["command.failed", "system", { title: "Lists /srv", code: "statement_failed", exit: { code: 2 } }, "Lists /srv failed (exit code 2)"],
  [
    "command.failed",
    "system",
    { title: "Lists /srv", hosts: ["failed", "succeeded", "skipped"].map((state, at) => ({ host: `web-${at + 1}`, state })) },
    "Lists /srv failed: web-1 failed, 1 succeeded, 1 not begun",
  ],
  [
    "command.host_ended",
    "system",
    { title: "Lists /srv", host: "web-1", state: "failed", code: "target_down" },
    "Lists /srv: web-1 failed (target down)",
  ],
  [
    "command.host_ended",
    "system",
    { title: "Lists /srv", host: "web-1", state: "failed", code: "statement_failed", exit: { signal: "KILL" } },
    "Lists /srv: web-1 failed (signal KILL)",
  ],
  ["terminal.ended", "system", { name: "api-3", end: {} }, "The shell on api-3 ended"],
  ["terminal.ended", "system", { name: "api-3", end: { exitCode: 0 } }, "The shell on api-3 ended"],
  ["terminal.ended", "system", { name: "api-3", end: { exitCode: 3 } }, "The shell on api-3 ended (exit code 3)"],
  ["terminal.ended", "system", { name: "api-3", end: { why: "it was ended by ann" } }, "The shell on api-3 ended"],
  [
    "terminal.ended",
    "system",
    { name: "api-3", end: { why: "Interlock was restarted" } },
    "The shell on api-3 ended: Interlock was restarted",
  ],
  [
    "cluster_token.issued",
    "oncall",
    { account: "shop/bot", connection: "eks-prod", expiresAt: "2026-11-21T13:05:00.000Z", agreedBy: ["reviewer"] },
    "was issued a token of shop/bot of eks-prod until 2026-11-21 13:05 UTC, agreed by reviewer",
  ],
  ["cluster_token.fetched", "oncall", { account: "shop/bot", connection: "eks-prod" }, "fetched the token of shop/bot of eks-prod"],
  [
    "command.succeeded",
    "system",
    { title: "dry run: DELETE orders", dryRun: true, affected: [{ object: "p.orders", inserted: 0, updated: 0, deleted: 2 }], rows: [] },
    "dry run: DELETE orders ended, nothing was changed · it would be: p.orders 2 deleted",
  ],
  ["command.succeeded", "system", { title: "dry run: DO", dryRun: true }, "dry run: DO ended, nothing was changed"],
  [
    "command.succeeded",
    "system",
    {
      title: "undo: put back 2 deleted rows of p.orders",
      undoOf: "c",
      affected: [{ object: "p.orders", inserted: 2, updated: 0, deleted: 0 }],
    },
    "undo: put back 2 deleted rows of p.orders succeeded · p.orders 2 inserted",
  ],
  [
    "command.failed",
    "system",
    { title: "undo: change 2 rows of p.orders back", code: "undo_conflict", conflicts: 1 },
    "undo: change 2 rows of p.orders back failed: nothing was put back, 1 row is not as the run left it",
  ],
  [
    "command.failed",
    "system",
    { title: "undo: x", code: "undo_conflict", conflicts: 2345 },
    "undo: x failed: nothing was put back, 2,345 rows are not as the run left them",
  ],
  [
    "command.failed",
    "system",
    { title: "DELETE orders", code: "undo_lost" },
    "DELETE orders failed: nothing was changed, what undo needs could not be kept",
  ],
  [
    "command.failed",
    "system",
    { title: "undo: x", code: "undo_unavailable" },
    "undo: x failed: nothing was put back, it has been already or what it needs is kept no longer",
  ],
  [
    "command.failed",
    "system",
    { title: "undo: x", code: "undo_conflict", conflicts: 2, unit: "objects" },
    "undo: x failed: nothing was put back, 2 objects are not as the run left them",
  ],
  [
    "command.failed",
    "system",
    { title: "delete v1 Namespace a", code: "targets_changed" },
    "delete v1 Namespace a failed: nothing was done, what it names is not as it was when it was agreed to",
  ],
  [
    "command.succeeded",
    "system",
    { title: "undo: x", affected: ["a", "b", "c", "d", "e", "f"].map((object) => ({ object, inserted: 1, updated: 0, deleted: 0 })) },
    "undo: x succeeded · a 1 inserted · b 1 inserted · c 1 inserted · d 1 inserted · 2 more",
  ],
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
