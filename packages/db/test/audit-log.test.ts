import { GENESIS, verifyChain } from "@interlock/audit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { appendAudit, appendAudits, auditEventOf, auditHead, auditRows, readAudit } from "../src/index.ts";
import { migratedDatabase, type MigratedDatabase } from "../src/testing.ts";

let database: MigratedDatabase;

beforeAll(async () => {
  database = await migratedDatabase();
});
afterAll(() => database?.dispose());

const append = (data: Record<string, string | number>): Promise<unknown> =>
  database.db.$transaction((tx) => appendAudit(tx, { type: "room.opened", actor: "oncall", data }), { maxWait: 30_000, timeout: 30_000 });

test("fifty appended at once make one unbroken chain", async () => {
  await Promise.all(Array.from({ length: 50 }, (_, index) => append({ index, text: "naïve ✓ \u2028" })));
  const head = await auditHead(database.db);
  expect(head?.seq).toBe(50);
  expect(await verifyChain(auditRows(database.db, 0, 7), head)).toEqual({ ok: true, events: 50 });
  const [first] = await readAudit(database.db, { after: 0, limit: 1 });
  expect(auditEventOf(first!)).toMatchObject({ seq: 1, prev: GENESIS, actor: "oncall" });
});

test("several at once follow each other, and none leaves the head where it is", async () => {
  const before = await auditHead(database.db);
  const three = ["first", "second", "third"].map((text) => ({ type: "room.opened" as const, actor: "oncall", data: { text } }));
  const appended = await database.db.$transaction((tx) => appendAudits(tx, three));
  expect(appended.map(({ seq, data }) => [seq, data["text"]])).toEqual(
    ["first", "second", "third"].map((text, index) => [before!.seq + index + 1, text]),
  );
  expect(await database.db.$transaction((tx) => appendAudits(tx, []))).toEqual([]);
  const head = await auditHead(database.db);
  expect(head).toEqual({ seq: before!.seq + 3, hash: appended[2]!.hash });
  expect(await verifyChain(auditRows(database.db), head)).toEqual({ ok: true, events: before!.seq + 3 });
});

test("an event whose transaction rolls back leaves no trace and no hole", async () => {
  const before = await auditHead(database.db);
  const failing = database.db.$transaction(async (tx) => {
    await appendAudit(tx, { type: "room.closed", actor: "oncall", data: {} });
    throw new Error("the change itself failed");
  });
  await expect(failing).rejects.toThrow("the change itself failed");
  expect(await auditHead(database.db)).toEqual(before);
  await append({ after: "rollback" });
  expect(await verifyChain(auditRows(database.db), await auditHead(database.db))).toMatchObject({ ok: true });
});

test("without a head nothing can be appended, so nothing can run", async () => {
  const appending = database.db.$transaction(async (tx) => {
    await tx.auditHead.deleteMany();
    await appendAudit(tx, { type: "room.closed", actor: "oncall", data: {} });
  });
  await expect(appending).rejects.toThrow("nothing may run");
});

test("whoever gets past the trigger and changes a byte is found", async () => {
  const { db } = database;
  await db.$executeRawUnsafe(`ALTER TABLE "AuditEvent" DISABLE TRIGGER "AuditEvent_append_only"`);
  await db.$executeRawUnsafe(`UPDATE "AuditEvent" SET actor = 'oncal1' WHERE seq = 17`);
  expect(await verifyChain(auditRows(db), await auditHead(db))).toMatchObject({ ok: false, seq: 17 });
  await db.$executeRawUnsafe(`UPDATE "AuditEvent" SET actor = 'oncall' WHERE seq = 17`);
  await db.$executeRawUnsafe(`DELETE FROM "AuditEvent" WHERE seq = (SELECT max(seq) FROM "AuditEvent")`);
  expect(await verifyChain(auditRows(db), await auditHead(db))).toMatchObject({ ok: false });
});
