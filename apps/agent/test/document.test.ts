import fc from "fast-check";
import * as encoding from "lib0/encoding";
import { setTimeout as sleep } from "node:timers/promises";
import { CLOSE, LIMITS } from "@interlock/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as awarenessProtocol from "y-protocols/awareness";
import { DocumentStore } from "../src/document/document-store.ts";
import { createLog } from "../src/log.ts";
import { RoomHub } from "../src/room/room-hub.ts";
import { Timeline } from "../src/timeline.ts";
import { startDocumentAgent, type DocumentAgent } from "./document-agent.ts";
import type { Editor } from "./editor.ts";

let agent: DocumentAgent;
beforeAll(async () => {
  agent = await startDocumentAgent();
});
afterAll(() => agent.stop());

test("two people type in one document, seeded once", async () => {
  const id = await agent.document("SELECT 1;\n");
  const one = await agent.edit(await agent.person("ann"), id);
  const two = await agent.edit(await agent.person("ben"), id);
  expect(one.toString()).toBe("SELECT 1;\n");
  one.text.insert(0, "-- a\n");
  two.text.insert(two.text.length, "SELECT 2;\n");
  await Promise.all([one.saved(), two.saved()]);
  await one.until(() => one.toString().includes("SELECT 2"), "told");
  await two.until(() => two.toString().startsWith("-- a"), "told");
  expect(one.toString()).toBe("-- a\nSELECT 1;\nSELECT 2;\n");
  expect(two.toString()).toBe(one.toString());
  expect(await agent.documents.text(id)).toBe(one.toString());
});

test("I12: what was acknowledged is there after a restart, what was typed in between comes with the reconnect", async () => {
  const ann = await agent.person("ann");
  const id = await agent.document();
  const before = await agent.edit(ann, id);
  before.text.insert(0, "kept ");
  await before.saved();
  await agent.restart();
  await before.until(() => before.closed !== undefined, "closed");
  expect(before.closed?.code).toBe(CLOSE.restart);
  expect(await agent.documents.text(id)).toBe("kept ");
  before.text.insert(5, "offline");
  const after = await agent.edit(ann, id, { doc: before.doc });
  await after.saved();
  expect(await agent.documents.text(id)).toBe("kept offline");
});

test("twenty typists reach the same text, and none of it is lost", async () => {
  const id = await agent.document();
  const editors = await Promise.all(Array.from({ length: 20 }, async (_, index) => agent.edit(await agent.person(`typist${index}`), id)));
  const stroke = async (editor: Editor, index: number): Promise<void> => {
    for (let n = 0; n < 25; n++) {
      editor.text.insert(Math.floor(editor.text.length / 2), String.fromCodePoint(97 + index));
      await editor.saved();
      await sleep(20);
    }
  };
  await Promise.all(editors.map(stroke));
  const text = await agent.documents.text(id);
  expect(text).toHaveLength(500);
  for (const editor of editors) await editor.until(() => editor.toString() === text, "the same");
  // Group commit: together they cost fewer rows at once than strokes would alone, and the log is made short in the background.
  await expect.poll(() => agent.db.documentUpdate.count({ where: { documentId: id } })).toBeLessThan(500);
});

test("compaction keeps the meaning and what is appended meanwhile", async () => {
  const id = await agent.document("x");
  const editor = await agent.edit(await agent.person("ann"), id);
  for (let n = 0; n < 1_200; n++) {
    editor.text.insert(n % 7, "ab");
    if (n % 3 === 0) editor.text.delete(0, 1);
    if (n % 50 === 0) await editor.saved();
  }
  await editor.saved();
  await expect.poll(() => agent.db.documentUpdate.count({ where: { documentId: id } }), { timeout: 10_000 }).toBeLessThan(900);
  editor.close();
  await agent.restart();
  expect(await agent.documents.text(id)).toBe(editor.toString());
});

test("I8: an observer reads and shows a cursor, but writes nothing", async () => {
  const id = await agent.document("SELECT 1;");
  const observer = await agent.edit(await agent.person("olga", []), id);
  const writer = await agent.edit(await agent.person("ann"), id);
  await observer.saved();
  expect(observer.refusals).toEqual([]);
  observer.text.insert(0, "DROP ");
  await observer.until(() => observer.refusals.length > 0, "refused");
  expect(observer.refusals[0]?.code).toBe("observer");
  writer.text.insert(9, " -- still");
  await observer.until(() => observer.toString().includes("still"), "reading on");
  expect(await agent.documents.text(id)).toBe("SELECT 1; -- still");
  observer.text.delete(0, 3);
  await observer.until(() => observer.refusals.length > 1, "refused again");
  expect(await agent.documents.text(id)).toBe("SELECT 1; -- still");
  await expect.poll(() => agent.db.auditEvent.count({ where: { type: "update.refused", actor: "olga" } })).toBe(1);
});

test("I8: becoming an observer stops the next key stroke", async () => {
  const id = await agent.document();
  const rob = await agent.person("rob");
  const editor = await agent.edit(rob, id);
  editor.text.insert(0, "a");
  await editor.saved();
  const lead = { ...agent.lead, displayName: "lead", groups: [], identities: [], color: "#5b8cff" };
  expect((await agent.membership.setRole(lead, agent.roomId, rob.id, "observer")).ok).toBe(true);
  editor.text.insert(1, "b");
  await editor.until(() => editor.refusals.length > 0, "refused");
  expect(await agent.documents.text(id)).toBe("a");
  expect((await agent.membership.setRole(lead, agent.roomId, rob.id, "responder")).ok).toBe(true);
});

test("I8: nobody can wear another's name or speak for another's cursor", async () => {
  const id = await agent.document("text");
  const [ann, eve] = [await agent.person("ann"), await agent.person("eve")];
  const honest = await agent.edit(ann, id);
  const hostile = await agent.edit(eve, id);
  honest.awareness.setLocalState({ user: { name: "ann" }, cursor: 1 });
  hostile.awareness.setLocalState({ user: { id: ann.id, name: "ann", color: "#ffffff", role: "lead" }, cursor: 3 });
  await honest.until(() => honest.awareness.getStates().get(hostile.clientId)?.["cursor"] === 3, "told of the cursor");
  expect(honest.awareness.getStates().get(hostile.clientId)?.["user"]).toEqual({
    id: eve.id,
    name: "eve",
    color: "#5b8cff",
    role: "responder",
  });
  const forged = new awarenessProtocol.Awareness(honest.doc);
  forged.setLocalState({ cursor: 99 });
  for (let n = 0; n < 5; n++) forged.setLocalState({ cursor: 99 });
  hostile.aware(awarenessProtocol.encodeAwarenessUpdate(forged, [honest.clientId]));
  forged.destroy();
  await sleep(100);
  const third = await agent.edit(await agent.person("ben"), id);
  await third.until(() => third.awareness.getStates().has(honest.clientId), "told");
  expect(third.awareness.getStates().get(honest.clientId)?.["cursor"]).toBe(1);
  hostile.close();
  await honest.until(() => !honest.awareness.getStates().has(hostile.clientId), "gone");
});

test("a cursor comes back with its tab, also after the agent was restarted", async () => {
  const id = await agent.document("text");
  const ann = await agent.person("ann");
  const [first, second] = [await agent.edit(ann, id), await agent.edit(await agent.person("ben"), id)];
  first.awareness.setLocalState({ cursor: 2 });
  await second.until(() => second.awareness.getStates().get(first.clientId)?.["cursor"] === 2, "there");
  await agent.restart();
  await second.until(() => second.closed !== undefined, "closed");
  const again = await agent.edit(ann, id, { doc: first.doc });
  again.awareness.setLocalState({ cursor: 3 });
  const other = await agent.edit(await agent.person("ben"), id, { doc: second.doc });
  await other.until(() => other.awareness.getStates().get(first.clientId)?.["cursor"] === 3, "back");
  expect(other.awareness.getStates().get(first.clientId)?.["user"]).toMatchObject({ name: "ann" });
});

test("I13: an awareness state or a message beyond its limit closes only its sender", async () => {
  const id = await agent.document("text");
  const other = await agent.edit(await agent.person("ben"), id);
  const loud = await agent.edit(await agent.person("ann"), id);
  loud.awareness.setLocalState({ cursor: "x".repeat(10_000) });
  await loud.until(() => loud.closed !== undefined, "closed");
  expect(loud.closed).toEqual({ code: CLOSE.malformed, reason: "malformed_frame" });
  const large = await agent.edit(await agent.person("ann"), id);
  large.update(new Uint8Array(LIMITS.documentMessageBytes + 1));
  await large.until(() => large.closed !== undefined, "closed");
  expect(large.closed?.code).toBe(CLOSE.tooLarge);
  expect(large.closed?.reason).toContain(String(LIMITS.documentMessageBytes));
  expect(large.refusals[0]?.detail).toContain(String(LIMITS.documentMessageBytes));
  expect(other.closed).toBeUndefined();
});

test("I13: malformed frames are refused with a code and lose nothing", async () => {
  const id = await agent.document("text");
  for (const frame of [[], [9], [0], [0, 7], [0, 0, 200], [1, 4, 1], [1, 1, 255], [0, 2, 255, 255, 255, 255, 255]]) {
    const editor = await agent.edit(await agent.person("ann"), id, { polite: false });
    editor.send((encoder) => {
      for (const byte of frame) encoding.writeUint8(encoder, byte);
    });
    await editor.until(() => editor.closed !== undefined, `closed by ${frame.join(" ")}`);
    expect(editor.closed?.code).toBe(CLOSE.malformed);
  }
  expect(await agent.documents.text(id)).toBe("text");
});

test("a document nobody uses leaves memory, and stays while somebody does", async () => {
  const id = await agent.document("SELECT 1;");
  const timeline = new Timeline(agent.db, new RoomHub());
  const store = new DocumentStore({ db: agent.db, timeline, languageOf: () => "sql", log: createLog("silent"), idleMs: 30 });
  const opened = await store.open(id);
  await sleep(100);
  const again = await store.open(id);
  expect(again?.live).toBe(opened?.live);
  opened?.release();
  opened?.release();
  await sleep(100);
  expect((await store.open(id))?.live).toBe(again?.live);
  again?.release();
  await store.stop();
  const short = new DocumentStore({ db: agent.db, timeline, languageOf: () => "sql", log: createLog("silent"), idleMs: 30 });
  const first = await short.open(id);
  first?.release();
  const reopened = async () => {
    const opened = await short.open(id);
    opened?.release();
    return opened?.live;
  };
  await expect.poll(reopened, { interval: 100 }).not.toBe(first?.live);
  expect((await reopened())?.text.toJSON()).toBe("SELECT 1;");
  await short.stop();
});

test("I13: random bytes end their own socket at most", { timeout: 120_000 }, async () => {
  const id = await agent.document("text");
  const witness = await agent.edit(await agent.person("ben"), id);
  const noise = fc.array(fc.tuple(fc.constantFrom(0, 1, 2, 3, 4, 5), fc.constantFrom(0, 1, 2), fc.uint8Array({ maxLength: 40 })), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(noise, async (frames) => {
      const editor = await agent.edit(await agent.person("eve"), id, { polite: false });
      for (const [type, step, bytes] of frames)
        editor.send((encoder) => {
          encoding.writeVarUint(encoder, type);
          if (type === 0) encoding.writeVarUint(encoder, step);
          encoding.writeVarUint8Array(encoder, bytes);
        });
      editor.ws.ping();
      await Promise.race([
        new Promise((resolve) => editor.ws.once("pong", resolve)),
        editor.until(() => editor.closed !== undefined, "settled"),
      ]);
      editor.close();
      expect([1000, 1005, 1006, CLOSE.malformed, undefined]).toContain(editor.closed?.code);
    }),
    { numRuns: 80 },
  );
  const opened = await agent.documents.open(id);
  expect(opened?.live.doc.store.pendingStructs).toBeNull();
  expect([...(opened?.live.doc.share.keys() ?? [])]).toEqual(["content"]);
  opened?.release();
  witness.text.insert(0, "still ");
  await witness.saved();
  expect(witness.closed).toBeUndefined();
});

test("a log that cannot be written acknowledges nothing, says why, and loses nothing", async () => {
  const id = await agent.document("kept ");
  const ann = await agent.person("ann");
  const [editor, reader] = [await agent.edit(ann, id), await agent.edit(await agent.person("ben"), id)];
  await editor.saved();
  await agent.db.$executeRawUnsafe(`
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`);
  await agent.db.$executeRawUnsafe(`CREATE TRIGGER full_disk BEFORE INSERT ON "DocumentUpdate" EXECUTE FUNCTION full_disk()`);
  try {
    const acked = editor.acked;
    editor.text.insert(5, "typed while the disk was full");
    await editor.until(() => editor.closed !== undefined, "closed");
    expect(editor.closed).toEqual({ code: CLOSE.restart, reason: "storage_full" });
    expect(editor.acked).toBe(acked);
    expect(reader.toString()).toBe("kept ");
    expect(await agent.documents.text(id)).toBe("kept ");
  } finally {
    await agent.db.$executeRawUnsafe(`DROP FUNCTION full_disk CASCADE`);
  }
  const back = await agent.edit(ann, id, { doc: editor.doc });
  await back.saved();
  expect(await agent.documents.text(id)).toBe("kept typed while the disk was full");
});

test("a reader that stops reading is dropped; the others stay quick and memory stays bounded", async () => {
  const id = await agent.document();
  const writer = await agent.edit(await agent.person("ann"), id);
  const reader = await agent.edit(await agent.person("ben"), id);
  const stuck = await agent.edit(await agent.person("slow"), id);
  stuck.ws.pause();
  const before = process.memoryUsage().arrayBuffers;
  const block = "x".repeat(300_000);
  let slowest = 0;
  for (let n = 0; n < 60; n++) {
    const began = performance.now();
    writer.text.insert(0, block);
    await writer.saved();
    writer.text.delete(0, block.length);
    await writer.saved();
    slowest = Math.max(slowest, performance.now() - began);
  }
  await expect.poll(() => [...agent.sockets].some((socket) => socket.principal.name === "slow"), { timeout: 10_000 }).toBe(false);
  await reader.until(() => reader.toString() === writer.toString(), "the same");
  expect(reader.closed).toBeUndefined();
  expect(slowest).toBeLessThan(2_000);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 1024 * 1024);
  stuck.ws.resume();
  await stuck.until(() => stuck.closed !== undefined, "closed");
  const back = await agent.edit(await agent.person("slow"), id, { doc: stuck.doc });
  await back.until(() => back.toString() === writer.toString(), "caught up");
});
