import { Command } from "@interlock/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog } from "../src/log.ts";
import { tidyUp } from "../src/housekeeping.ts";
import { RoomHub } from "../src/room/room-hub.ts";
import { Timeline } from "../src/timeline.ts";
import { count, eventTypes, openStage, type Name, type Stage } from "./command-stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.dispose());

/** Everything the target's tables hold, as text. */
async function dump(): Promise<unknown> {
  const tables = ["customers", "orders", "order_items"];
  const rows = [];
  // One after the other: a client of pg is to answer one question at a time.
  for (const table of tables) rows.push((await stage.target.query(`SELECT t::text FROM payments.${table} t ORDER BY 1`)).rows);
  return rows;
}

async function agreed(command: Command, reviewer: Name = "reviewer"): Promise<Command> {
  const approved = await stage.approve(reviewer, command);
  expect(approved).toMatchObject({ ok: true });
  return stage.until(command.id);
}

async function undo(
  commandId: string,
  who: Name = "responder",
  body: object = {},
): Promise<{ status: number; command: Command; problem: { code: string } }> {
  const response = await stage.call(who, "POST", `/commands/${commandId}/undo`, body);
  const json: unknown = await response.json();
  return { status: response.status, command: json as Command, problem: json as { code: string } };
}

test("a delete is put back, cascades included, by a command that somebody else agrees to", async () => {
  const before = await dump();
  const deleted = await agreed(await stage.propose("oncall", "DELETE FROM payments.orders WHERE id <= 5"));
  expect(deleted).toMatchObject({ state: "succeeded", undo: { state: "available", rows: 20 } });
  expect(deleted.impact.statements[0]).toMatchObject({ reversible: "undo" });

  const { status, command } = await undo(deleted.id, "responder", { reason: "wrong incident" });
  expect(status).toBe(201);
  expect(Command.parse(command)).toMatchObject({
    state: "awaiting_review",
    effect: "append",
    undoOf: deleted.id,
    reason: "wrong incident",
    text: "put back 5 deleted rows of payments.orders\nput back 15 deleted rows of payments.order_items",
    authors: [{ name: "responder" }],
    impact: { complete: true, statements: [{ effects: [{ object: "payments.orders", rows: { value: 5, kind: "exact" } }] }, {}] },
  });
  expect(await stage.approve("responder", command)).toMatchObject({ ok: false, code: "self_review" });
  expect(await agreed(command)).toMatchObject({ state: "succeeded" });
  expect(await dump()).toEqual(before);
  expect(await stage.commands.get(deleted.id)).toMatchObject({ undo: { state: "done", doneBy: command.id } });
  expect((await undo(deleted.id)).problem.code).toBe("undo_unavailable");
  expect(await eventTypes(stage, command.id)).toEqual([
    "command.proposed",
    "command.reviewed",
    "command.approved",
    "command.started",
    "command.succeeded",
  ]);
});

test("people's data in kept rows is nowhere readable", async () => {
  const changed = await agreed(await stage.propose("oncall", "UPDATE payments.customers SET full_name = 'Somebody' WHERE id = 7"));
  const { image } = await stage.db.undo.findUniqueOrThrow({ where: { commandId: changed.id } });
  const bytes = Buffer.from(image!);
  for (const secret of ["person7@example.com", "4242424242424242", "Person 7", "customers"]) expect(bytes.includes(secret)).toBe(false);
  expect(JSON.stringify(await stage.commands.get(changed.id))).not.toContain("person7@");
  const { command } = await undo(changed.id);
  expect(command).toMatchObject({ effect: "modify", text: "change 1 row of payments.customers back" });
  await stage.commands.withdraw({ principal: stage.people.responder, commandId: command.id });
});

test("rows changed since are named, and nothing is put back", async () => {
  const changed = await agreed(await stage.propose("oncall", "UPDATE payments.orders SET status = 'refunded' WHERE id IN (20, 21, 22)"));
  await stage.target.query("UPDATE payments.orders SET status = 'shipped' WHERE id = 21");
  const before = await dump();
  const ended = await agreed((await undo(changed.id)).command);
  expect(ended).toMatchObject({
    state: "failed",
    execution: {
      error: { code: "undo_conflict" },
      conflicts: [{ object: "payments.orders", key: { id: "21" }, reason: "changed" }],
      conflictCount: 1,
    },
  });
  expect(await dump()).toEqual(before);
  expect(await stage.commands.get(changed.id)).toMatchObject({ undo: { state: "available" } });
});

test("an image that was changed is not put back", async () => {
  const changed = await agreed(await stage.propose("oncall", "UPDATE payments.orders SET status = 'x' WHERE id = 30"));
  const { command } = await undo(changed.id);
  const { image } = await stage.db.undo.findUniqueOrThrow({ where: { commandId: changed.id } });
  const other = Uint8Array.from(image!);
  other[20]! ^= 1;
  await stage.db.undo.update({ where: { commandId: changed.id }, data: { image: other } });
  expect(await agreed(command)).toMatchObject({ state: "failed" });
  await stage.db.undo.update({ where: { commandId: changed.id }, data: { image: image! } });
  expect(await agreed((await undo(changed.id)).command)).toMatchObject({ state: "succeeded" });
});

test("a run whose rows cannot be kept is rolled back, and leaves no image", async () => {
  const before = await dump();
  const command = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 40");
  // There is one already, so the store says no.
  await stage.db.undo.create({ data: { commandId: command.id, digest: "", rows: 1, expiresAt: new Date(Date.now() + 60_000) } });
  expect(await agreed(command)).toMatchObject({ state: "failed" });
  expect(await stage.db.undo.findUnique({ where: { commandId: command.id } })).toBeNull();
  expect(await dump()).toEqual(before);
});

test("a dry run is judged and reviewed like a run, and changes nothing", async () => {
  const before = await dump();
  const proposed = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 41", { dryRun: true });
  expect(proposed).toMatchObject({ state: "awaiting_review", dryRun: true, title: expect.stringContaining("dry run") });
  const ended = await agreed(proposed);
  expect(ended).toMatchObject({
    state: "succeeded",
    execution: { affected: expect.arrayContaining([{ object: "payments.orders", inserted: 0, updated: 0, deleted: 1 }]) },
  });
  expect(ended.execution!.notTakenBack!.length).toBeGreaterThan(0);
  expect(ended.undo).toBeUndefined();
  expect(await dump()).toEqual(before);
});

test("a dry run of an undo puts nothing back and can be followed by the real one", async () => {
  const before = await dump();
  const deleted = await agreed(await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 42"));
  const after = await dump();
  const tried = await agreed((await undo(deleted.id, "responder", { dryRun: true })).command);
  expect(tried).toMatchObject({ state: "succeeded", dryRun: true, undoOf: deleted.id });
  expect(await dump()).toEqual(after);
  expect(await agreed((await undo(deleted.id)).command)).toMatchObject({ state: "succeeded" });
  expect(await dump()).toEqual(before);
});

test("an observer undoes nothing; what never ran has nothing to undo; a resend is the same command", async () => {
  const deleted = await agreed(await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 43"));
  expect((await undo(deleted.id, "observer")).problem.code).toBe("observer");
  const waiting = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 44");
  expect((await undo(waiting.id)).problem.code).toBe("undo_unavailable");
  const send = () => stage.call("responder", "POST", `/commands/${deleted.id}/undo`, {}, { "idempotency-key": "undo-once-only" });
  const [first, again] = [(await (await send()).json()) as Command, (await (await send()).json()) as Command];
  expect(again.id).toBe(first.id);
});

test("images end with their time, and the log says so", async () => {
  const deleted = await agreed(await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 45"));
  await stage.db.undo.update({ where: { commandId: deleted.id }, data: { expiresAt: new Date(Date.now() - 1000) } });
  expect(await stage.commands.get(deleted.id)).toMatchObject({ undo: { state: "expired" } });
  expect((await undo(deleted.id)).problem.code).toBe("undo_unavailable");
  const timeline = new Timeline(stage.db, new RoomHub());
  await tidyUp({ db: stage.db, timeline, results: stage.home, resultDays: 30, log: createLog("silent") });
  expect((await stage.db.undo.findUniqueOrThrow({ where: { commandId: deleted.id } })).image).toBeNull();
  expect(await eventTypes(stage, deleted.id)).toContain("undo.removed");
  expect(await count(stage, "SELECT count(*) FROM payments.orders WHERE id = 45")).toBe(0);
});
