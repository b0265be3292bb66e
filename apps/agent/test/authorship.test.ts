import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as Y from "yjs";
import type { PositionJson } from "../src/document/frozen-range.ts";
import type { DocumentPeer } from "../src/document/live-document.ts";
import { startDocumentAgent, type DocumentAgent } from "./document-agent.ts";
import type { Editor } from "./editor.ts";
import type { TestPerson } from "./people.ts";

let agent: DocumentAgent;
let ann: TestPerson;
let ben: TestPerson;
let eve: TestPerson;
beforeAll(async () => {
  agent = await startDocumentAgent();
  [ann, ben, eve] = await Promise.all([agent.person("ann"), agent.person("ben"), agent.person("eve")]);
});
afterAll(() => agent.stop());

const place = (text: Y.Text, index: number): PositionJson =>
  Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, index)) as PositionJson;

/** Who the server says wrote `part`. */
async function authors(id: string, seenBy: Editor, part: string): Promise<string[]> {
  const from = seenBy.toString().indexOf(part);
  const frozen = await agent.documents.freeze(id, place(seenBy.text, from), place(seenBy.text, from + part.length), part);
  if (!frozen.ok) throw new Error(frozen.code);
  return frozen.value.authors.toSorted();
}

test("I4: who wrote, who narrowed and who deleted a condition are authors; who wrote elsewhere is not", async () => {
  const id = await agent.document("-- seeded\n");
  const [a, b, e] = [await agent.edit(ann, id), await agent.edit(ben, id), await agent.edit(eve, id)];
  a.text.insert(a.text.length, "DELETE FROM orders WHERE status = 'x' AND id > 5;\n");
  await a.saved();
  await e.until(() => e.toString() === a.toString(), "told");
  e.text.insert(e.text.length, "SELECT 2;\n");
  await e.saved();
  expect(await authors(id, e, "DELETE FROM orders WHERE status = 'x' AND id > 5;")).toEqual([ann.id]);
  await b.until(() => b.toString() === e.toString(), "told");
  b.text.delete(b.toString().indexOf(" AND id > 5"), " AND id > 5".length);
  await b.saved();
  expect(await authors(id, b, "DELETE FROM orders WHERE status = 'x';")).toEqual([ann.id, ben.id].toSorted());
  expect(await authors(id, b, "SELECT 2;")).toEqual([eve.id]);
  expect(await authors(id, b, "seeded")).toEqual([]);
});

test("I4: authors are the same after the agent was restarted and the log compacted", async () => {
  const id = await agent.document();
  const [a, b] = [await agent.edit(ann, id), await agent.edit(ben, id)];
  a.text.insert(0, "DELETE FROM t WHERE a AND b;");
  await a.saved();
  await b.until(() => b.toString() === a.toString(), "told");
  for (let n = 0; n < 6; n++) {
    b.text.delete(b.text.length - 2, 1);
    await b.saved();
  }
  const opened = await agent.documents.open(id);
  opened!.live.compact();
  await opened!.live.settled();
  opened!.release();
  expect(await agent.db.documentUpdate.count({ where: { documentId: id } })).toBe(1);
  expect(await agent.db.documentDeletion.count({ where: { documentId: id } })).toBe(1);
  await agent.restart();
  expect(await authors(id, b, b.toString())).toEqual([ann.id, ben.id].toSorted());
});

test("I4: deleting at the very edge of a statement makes one its author", async () => {
  const id = await agent.document();
  const [a, b] = [await agent.edit(ann, id), await agent.edit(ben, id)];
  a.text.insert(0, "DELETE FROM t WHERE a");
  await a.saved();
  await b.until(() => b.toString() === a.toString(), "told");
  b.text.delete("DELETE FROM t".length, " WHERE a".length);
  await b.saved();
  expect(await authors(id, b, "DELETE FROM t")).toEqual([ann.id, ben.id].toSorted());
});

test("I4: nobody brings text in another's name", async () => {
  const id = await agent.document("SELECT 1;");
  const honest = await agent.edit(ann, id);
  honest.text.insert(0, "-- ann\n");
  await honest.saved();
  const hostile = await agent.edit(eve, id, { polite: false });
  const forged = new Y.Doc();
  Y.applyUpdate(forged, Y.encodeStateAsUpdate(honest.doc));
  forged.clientID = honest.clientId;
  forged.on("update", (update: Uint8Array) => hostile.update(update));
  forged.getText("content").insert(0, "DROP ");
  await hostile.until(() => hostile.refusals.length === 1, "refused");
  expect(hostile.refusals[0]).toMatchObject({ code: "struct_not_yours", status: 403 });
  // Also as the answer to the server's sync step 1, and hidden between own text.
  const own = new Y.Doc();
  Y.applyUpdate(own, Y.encodeStateAsUpdate(honest.doc));
  own.getText("content").insert(0, "x");
  hostile.update(Y.mergeUpdates([Y.encodeStateAsUpdate(own), Y.encodeStateAsUpdate(forged)]));
  await hostile.until(() => hostile.refusals.length === 2, "refused");
  expect(hostile.closed).toBeUndefined();
  expect(await agent.documents.text(id)).toBe("-- ann\nSELECT 1;");
  await expect.poll(() => agent.db.auditEvent.count({ where: { type: "update.refused", actor: "eve" } })).toBe(1);
  honest.text.insert(0, "still mine ");
  await honest.saved();
});

test("I4: a cursor's client id is its person's before the first letter", async () => {
  const id = await agent.document("SELECT 1;");
  const victim = await agent.edit(ann, id);
  victim.awareness.setLocalState({ cursor: 1 });
  await expect.poll(async () => (await agent.documents.open(id))?.live.awareness.owner(victim.clientId)).toBe(ann.id);
  const hostile = await agent.edit(eve, id, { polite: false });
  const squatter = new Y.Doc();
  squatter.clientID = victim.clientId;
  squatter.getText("content").insert(0, "x");
  hostile.update(Y.encodeStateAsUpdate(squatter));
  await hostile.until(() => hostile.refusals.length === 1, "refused");
  expect(hostile.refusals[0]?.code).toBe("struct_not_yours");
  victim.text.insert(0, "mine ");
  await victim.saved();
  expect(victim.refusals).toEqual([]);
});

test("I4: text that waits for its beginning is refused, not applied later in the name of whoever completes it", async () => {
  const id = await agent.document();
  const hostile = await agent.edit(eve, id, { polite: false });
  const own = new Y.Doc();
  const updates: Uint8Array[] = [];
  own.on("update", (update: Uint8Array) => updates.push(update));
  own.getText("content").insert(0, "a");
  own.getText("content").insert(1, "b");
  hostile.update(updates[1]!);
  await hostile.until(() => hostile.refusals.length === 1, "refused");
  hostile.update(updates[0]!);
  await hostile.until(() => hostile.acked === 1, "saved");
  expect(await agent.documents.text(id)).toBe("a");
});

test("I4: within one commit, a new client id is its first bringer's, and everybody who deleted the same counts", async () => {
  const id = await agent.document("abcdef");
  const opened = await agent.documents.open(id);
  const { live } = opened!;
  const answers: string[] = [];
  const peer = (person: TestPerson): DocumentPeer => ({
    userId: person.id,
    role: "responder",
    update: () => {},
    committed: (count) => answers.push(`${person.name} ${count}`),
    refused: (code) => answers.push(`${person.name} ${code}`),
    failed: (code) => answers.push(`${person.name} ${code}`),
  });
  const by = (act: (text: Y.Text) => void): Uint8Array => {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(live.doc));
    const before = Y.encodeStateVector(doc);
    doc.clientID = 4711;
    act(doc.getText("content"));
    return Y.encodeStateAsUpdate(doc, before);
  };
  const cut = by((text) => text.delete(2, 2));
  for (const person of [ann, eve])
    live.receive(
      peer(person),
      by((text) => text.insert(0, "x")),
      () => {},
    );
  for (const person of [ann, ben]) live.receive(peer(person), cut, () => {});
  await live.settled();
  expect(answers.toSorted((a, b) => a.localeCompare(b))).toEqual(["ann 1", "ann 1", "ben 1", "eve struct_not_yours"]);
  expect(live.text.toJSON()).toBe("xabef");
  const frozen = await agent.documents.freeze(id, place(live.text, 1), place(live.text, 5), "abef");
  expect(frozen.ok && frozen.value.authors.toSorted()).toEqual([ann.id, ben.id].toSorted());
  opened!.release();
});

test("I10: approvals written into the document are refused and change nothing", async () => {
  const id = await agent.document("SELECT 1;");
  const hostile = await agent.edit(eve, id, { polite: false });
  const claims = new Y.Doc();
  claims.getMap("approvals").set("command", { by: ann.id, decision: "approve" });
  claims.getMap("roles").set(eve.id, "lead");
  hostile.update(Y.encodeStateAsUpdate(claims));
  await hostile.until(() => hostile.refusals.length === 1, "refused");
  const opened = await agent.documents.open(id);
  expect([...opened!.live.doc.share.keys()]).toEqual(["content"]);
  opened!.release();
  expect(await agent.membership.roleIn(agent.roomId, eve.id)).toBe("responder");
  expect(await agent.db.documentUpdate.count({ where: { documentId: id } })).toBe(1);
});

test("a proposal waits for its own last key stroke, and is refused when the text is another", async () => {
  const id = await agent.document("SELECT 1");
  const editor = await agent.edit(ann, id);
  editor.text.insert(8, "23");
  const frozen = await agent.documents.freeze(id, place(editor.text, 0), place(editor.text, 10), "SELECT 123");
  expect(frozen).toMatchObject({ ok: true, value: { text: "SELECT 123", authors: [ann.id] } });
  await editor.saved();
  expect(await agent.documents.freeze(id, place(editor.text, 0), place(editor.text, 10), "SELECT 999")).toMatchObject({
    code: "draft_changed",
  });
  for (const bad of [
    {},
    { tname: "other" },
    { type: { client: 1, clock: 0 } },
    { item: { client: -1, clock: 0 } },
    { item: { client: 5, clock: 2 ** 40 } },
  ])
    expect(await agent.documents.freeze(id, bad, place(editor.text, 10), "SELECT 123")).toMatchObject({ code: "draft_changed" });
  expect(await agent.documents.freeze(crypto.randomUUID(), {}, {}, "")).toMatchObject({ code: "not_found" });
});

test("I4: whoever touched a range is among its authors, whatever people do at once", { timeout: 120_000 }, async () => {
  const people = [ann, ben, eve];
  const step = fc.record({ who: fc.nat(2), at: fc.nat(60), cut: fc.nat(4), insert: fc.nat(4), hears: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40 }),
      fc.nat(60),
      fc.nat(60),
      fc.boolean(),
      async (steps, one, other, reload) => {
        const id = await agent.document();
        const opened = await agent.documents.open(id);
        const { live } = opened!;
        const refused: string[] = [];
        const replicas = people.map((person) => {
          const peer: DocumentPeer = {
            userId: person.id,
            role: "responder",
            update: () => {},
            committed: () => {},
            refused: (code) => refused.push(code),
            failed: () => refused.push("failed"),
          };
          const doc = new Y.Doc();
          doc.on("update", (update: Uint8Array, origin: unknown) => {
            if (origin !== "server") live.receive(peer, update, () => {});
          });
          return doc;
        });
        // Every letter is unique, so that who touched what is known without asking the document.
        let letter = 0x4e00;
        const wrote = new Map<string, string>();
        const cuts: { by: string; wrote: string; left: string | undefined; right: string | undefined }[] = [];
        for (const { who, at, cut, insert, hears } of steps) {
          const doc = replicas[who]!;
          const by = people[who]!.id;
          if (hears) {
            await live.settled();
            Y.applyUpdate(doc, Y.encodeStateAsUpdate(live.doc, Y.encodeStateVector(doc)), "server");
          }
          const text = doc.getText("content");
          const before = text.toJSON();
          const start = Math.min(at, before.length);
          const end = Math.min(start + cut, before.length);
          for (const gone of before.slice(start, end))
            cuts.push({ by, wrote: wrote.get(gone)!, left: before[start - 1], right: before[end] });
          const added = Array.from({ length: insert }, () => String.fromCharCode(letter++)).join("");
          for (const one of added) wrote.set(one, by);
          doc.transact(() => {
            text.delete(start, end - start);
            text.insert(start, added);
          });
        }
        await live.settled();
        expect(refused).toEqual([]);
        opened!.release();
        if (reload) {
          live.compact();
          await live.settled();
          await agent.documents.stop();
        }
        const final = await agent.documents.text(id);
        const from = Math.min(one, other, final.length);
        const to = Math.min(Math.max(one, other), final.length);
        const reader = new Y.Doc();
        const now = await agent.documents.open(id);
        Y.applyUpdate(reader, Y.encodeStateAsUpdate(now!.live.doc));
        now!.release();
        const text = reader.getText("content");
        // Each end is a place after what is left of it and before what is right of it; the server must not depend on which.
        const frozen = await agent.documents.freeze(id, place(text, from), place(text, to), final.slice(from, to));
        if (!frozen.ok) throw new Error(frozen.code);
        const found = new Set(frozen.value.authors);
        for (const char of final.slice(from, to)) expect(found).toContain(wrote.get(char));
        const index = (char: string | undefined, none: number): number | undefined => {
          if (char === undefined) return none;
          const at = final.indexOf(char);
          return at < 0 ? undefined : at;
        };
        for (const { by, wrote: writer, left, right } of cuts) {
          const after = index(left, -1);
          const before = index(right, final.length);
          // Both neighbours still stand, inside the range or right at its ends: what was cut between them was cut out of it.
          if (after === undefined || before === undefined || after < from - 1 || before > to) continue;
          expect(found).toContain(by);
          expect(found).toContain(writer);
        }
      },
    ),
    { numRuns: 60 },
  );
});
