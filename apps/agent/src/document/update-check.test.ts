import fc from "fast-check";
import * as encoding from "lib0/encoding";
import { LIMITS } from "@interlock/protocol";
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { checkUpdate, HISTORY_BYTES, type DocumentView } from "./update-check.ts";
import type { Range } from "./update-reader.ts";

/** A document as the server has it: `seed` by the server, `ann` by Ann. */
function server(): Y.Doc {
  const doc = new Y.Doc({ gc: false });
  Y.applyUpdate(doc, typed(1, "SELECT 1;"));
  Y.applyUpdate(doc, typed(7, "-- by ann", doc));
  return doc;
}
const OWNERS = new Map<number, string | null>([
  [1, null],
  [7, "ann"],
  [8, "eve"],
]);

function view(doc: Y.Doc, sizes: { text?: number; history?: number } = {}): DocumentView {
  return {
    stateOf: (client) => Y.getState(doc.store, client),
    ownerOf: (client) => OWNERS.get(client),
    isBound: (client) => OWNERS.has(client),
    *undeleted({ client, clock, length }: Range) {
      const deleted = (at: number): boolean => Y.isDeleted(Y.snapshot(doc).ds, Y.createID(client, at));
      for (let at = clock; at < clock + length; at++) if (!deleted(at)) yield { client, clock: at, length: 1 };
    },
    textBytes: () => sizes.text ?? 0,
    historyBytes: () => sizes.history ?? 0,
  };
}

/** An update in which `client` does something to a copy of `base`. */
function by(client: number, act: (doc: Y.Doc) => void, base?: Y.Doc, gc = false): Uint8Array {
  const doc = new Y.Doc({ gc });
  if (base !== undefined) Y.applyUpdate(doc, Y.encodeStateAsUpdate(base));
  const before = Y.encodeStateVector(doc);
  doc.clientID = client;
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  act(doc);
  return updates.length === 1 ? updates[0]! : Y.encodeStateAsUpdate(doc, before);
}

const typed = (client: number, text: string, base?: Y.Doc): Uint8Array =>
  by(client, (doc) => doc.getText("content").insert(doc.getText("content").length, text), base);

function bytes(...parts: (number | string)[]): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const part of parts) {
    if (typeof part === "string") encoding.writeVarString(encoder, part);
    else encoding.writeVarUint(encoder, part);
  }
  return encoding.toUint8Array(encoder);
}

const verdict = (doc: Y.Doc, update: Uint8Array, userId = "eve", sizes = {}): string => {
  const checked = checkUpdate(view(doc, sizes), userId, update);
  return checked.ok ? "ok" : checked.code;
};

/** Every way found so far to bring what one may not. Only grows. */
const EVASIONS: [name: string, code: string, update: (doc: Y.Doc) => Uint8Array][] = [
  ["text under Ann's client id", "struct_not_yours", (doc) => typed(7, "x", doc)],
  ["text under the server's client id", "struct_not_yours", (doc) => typed(1, "x", doc)],
  ["a resend of Ann's own text", "struct_not_yours", () => typed(7, "-- by ann")],
  ["own text with Ann's in one message", "struct_not_yours", (doc) => Y.mergeUpdates([typed(8, "x", doc), typed(7, "y", doc)])],
  ["an embedded object", "malformed_frame", (doc) => by(8, (it) => it.getText("content").insertEmbed(0, { a: 1 }), doc)],
  ["a nested type", "malformed_frame", (doc) => by(8, (it) => it.getText("content").insertEmbed(0, new Y.Map()), doc)],
  ["formatting", "malformed_frame", (doc) => by(8, (it) => it.getText("content").insert(0, "x", { bold: true }), doc)],
  ["an array in the text", "malformed_frame", () => by(8, (it) => it.getArray("content").push([1]))],
  ["a map entry of the text", "malformed_frame", () => by(8, (it) => it.getMap("content").set("approved", "yes"))],
  ["approvals in another root (I10)", "malformed_frame", () => by(8, (it) => it.getMap("approvals").set("c1", true))],
  ["text in another root", "malformed_frame", () => by(8, (it) => it.getText("other").insert(0, "x"))],
  ["a sub-document", "malformed_frame", () => by(8, (it) => it.getMap("content").set("d", new Y.Doc()))],
  ["XML", "malformed_frame", () => by(8, (it) => it.getXmlFragment("content").insert(0, [new Y.XmlElement("p")]))],
  ["binary content", "malformed_frame", () => by(8, (it) => it.getArray("content").push([new Uint8Array(9)]))],
  [
    "text that builds on what is missing",
    "malformed_frame",
    () => {
      const doc = new Y.Doc();
      Y.applyUpdate(doc, typed(9, "never sent"));
      return typed(8, "x", doc);
    },
  ],
  ["a gap in one's own clock", "malformed_frame", () => bytes(1, 1, 8, 5, 4, 1, "content", "x", 0)],
  [
    "a skip",
    "malformed_frame",
    (doc) => {
      const mine = new Y.Doc();
      Y.applyUpdate(mine, Y.encodeStateAsUpdate(doc));
      mine.clientID = 8;
      const updates: Uint8Array[] = [];
      mine.on("update", (update: Uint8Array) => updates.push(update));
      for (let n = 0; n < 3; n++) mine.getText("content").insert(0, "x");
      return Y.mergeUpdates([updates[0]!, updates[2]!]);
    },
  ],
  ["a collected struct", "malformed_frame", () => bytes(1, 1, 8, 0, 0, 5, 0)],
  ["a deletion of what is not there", "malformed_frame", () => bytes(0, 1, 8, 1, 0, 3)],
  ["a deletion beyond Ann's text", "malformed_frame", () => bytes(0, 1, 7, 1, 0, 1_000)],
  ["a deletion of nothing", "malformed_frame", () => bytes(0, 1, 7, 1, 0, 0)],
  ["a run that follows itself", "malformed_frame", () => bytes(1, 1, 8, 0, 0x84, 8, 0, "x", 0)],
  ["two runs that wait for each other", "malformed_frame", () => bytes(2, 1, 9, 0, 0x84, 8, 0, "x", 1, 8, 0, 0x84, 9, 0, "y", 0)],
  ["a client id twice", "malformed_frame", () => bytes(2, 1, 8, 0, 4, 1, "content", "x", 1, 8, 1, 4, 1, "content", "y", 0)],
  ["a client id without text", "malformed_frame", () => bytes(1, 0, 8, 0, 0)],
  ["an empty run", "malformed_frame", () => bytes(1, 1, 8, 0, 4, 1, "content", "", 0)],
  ["an empty deleted run", "malformed_frame", () => bytes(1, 1, 8, 0, 1, 1, "content", 0, 0)],
  ["a client id beyond 32 bits", "malformed_frame", () => bytes(1, 1, 2 ** 33, 0, 4, 1, "content", "x", 0)],
  ["a clock beyond all", "malformed_frame", () => bytes(1, 2, 8, 0, 1, 1, "content", 2 ** 53 - 2, 1, 1, "content", 9, 0)],
  ["more runs announced than there are", "malformed_frame", () => bytes(1, 2 ** 31, 8, 0, 4, 1, "content", "x", 0)],
  ["a crowd of client ids", "malformed_frame", () => bytes(33, 1, 8, 0, 4, 1, "content", "x")],
  ["bytes after the end", "malformed_frame", () => Uint8Array.of(...typed(8, "x"), 0)],
  ["nothing at all", "malformed_frame", () => new Uint8Array()],
  ["a carriage return", "malformed_frame", (doc) => typed(8, "a\r\nb", doc)],
  ["a NUL", "malformed_frame", (doc) => typed(8, "a\0b", doc)],
];

describe("I4, I10: what an update may not carry", () => {
  test.each(EVASIONS)("%s → %s", (_name, code, update) => {
    const doc = server();
    expect(verdict(doc, update(doc))).toBe(code);
  });

  test("sizes", () => {
    const doc = server();
    expect(verdict(doc, typed(8, "xx", doc), "eve", { text: LIMITS.documentBytes - 1 })).toBe("too_large");
    expect(verdict(doc, typed(8, "x", doc), "eve", { history: HISTORY_BYTES })).toBe("too_large");
    expect(
      verdict(
        doc,
        by(8, (it) => it.getText("content").delete(0, 1), doc),
        "eve",
        { text: LIMITS.documentBytes },
      ),
    ).toBe("ok");
  });
});

describe("what an update may carry", () => {
  test("a new client id becomes its first bringer's", () => {
    const doc = server();
    expect(checkUpdate(view(doc), "eve", typed(99, "x", doc))).toMatchObject({
      ok: true,
      value: { news: true, binds: [99], deletions: [] },
    });
    expect(checkUpdate(view(doc), "ann", typed(7, "x", doc))).toMatchObject({ ok: true, value: { news: true, binds: [] } });
  });

  test("a deletion is its sender's; what was deleted before is not deleted again", () => {
    const doc = server();
    const cut = by(8, (it) => it.getText("content").delete(9, 3), doc);
    const first = checkUpdate(view(doc), "eve", cut);
    expect(first).toMatchObject({ ok: true, value: { news: true, binds: [] } });
    expect(first.ok && first.value.deletions.reduce((sum, run) => sum + run.length, 0)).toBe(3);
    Y.applyUpdate(doc, cut);
    expect(checkUpdate(view(doc), "ben", cut)).toMatchObject({ ok: true, value: { news: false, deletions: [] } });
    expect(checkUpdate(view(doc), "olga", Y.encodeStateAsUpdate(doc, Y.encodeStateVector(doc)))).toMatchObject({
      ok: true,
      value: { news: false },
    });
  });

  test("text that was deleted before it was sent is written and deleted by its sender", () => {
    const doc = server();
    const offline = by(
      8,
      (it) => {
        it.getText("content").insert(0, "abc");
        it.getText("content").delete(0, 3);
      },
      doc,
      true,
    );
    const checked = checkUpdate(view(doc), "eve", offline);
    expect(checked).toMatchObject({ ok: true, value: { news: true, deletions: [{ client: 8, clock: 0, length: 3 }] } });
  });
});

/** What people do: [who, where, how much to delete, what to insert, whether they hear from the server first]. */
const edits = fc.array(fc.tuple(fc.nat(2), fc.nat(40), fc.nat(3), fc.stringMatching(/^[a-z\u00e9\u{1F600}]{0,3}$/u), fc.boolean()), {
  maxLength: 40,
});

test("everything an honest browser sends is accepted, and applies without a rest", () => {
  fc.assert(
    fc.property(edits, (steps) => {
      const doc = server();
      const names = ["ann", "eve", "ben"];
      const replicas = [7, 8, 99].map((client) => {
        const replica = new Y.Doc();
        Y.applyUpdate(replica, Y.encodeStateAsUpdate(doc));
        replica.clientID = client;
        return replica;
      });
      const owners: DocumentView = { ...view(doc), ownerOf: (client) => (client === 99 ? "ben" : OWNERS.get(client)) };
      for (const [who, where, cut, text, hears] of steps) {
        const replica = replicas[who]!;
        if (hears) Y.applyUpdate(replica, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(replica)));
        const content = replica.getText("content");
        const at = Math.min(where, content.length);
        content.delete(at, Math.min(cut, content.length - at));
        content.insert(at, text);
        const update = Y.encodeStateAsUpdate(replica, Y.encodeStateVector(doc));
        const checked = checkUpdate(owners, names[who]!, update);
        if (!checked.ok) throw new Error(`${checked.code} ${checked.detail}`);
        Y.applyUpdate(doc, update);
        expect(doc.store.pendingStructs).toBeNull();
        expect(doc.store.pendingDs).toBeNull();
        for (const [client, state] of checked.value.states) expect(Y.getState(doc.store, client)).toBe(state);
      }
    }),
    { numRuns: 150 },
  );
});

test("whatever bytes are accepted apply as they were judged", () => {
  const doc = server();
  const honest = [typed(8, "abc", doc), by(8, (it) => it.getText("content").delete(2, 5), doc), typed(99, "xyz", doc)];
  fc.assert(
    fc.property(fc.nat(2), fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 }), fc.nat(60), (which, changes, cut) => {
      const update = Uint8Array.from(honest[which]!.slice(0, Math.max(3, honest[which]!.length - (cut > 50 ? cut - 50 : 0))));
      for (const [at, byte] of changes) update[at % update.length] = byte;
      const target = server();
      const checked = checkUpdate(view(target), "eve", update);
      if (!checked.ok) return;
      Y.applyUpdate(target, update);
      expect(target.store.pendingStructs).toBeNull();
      expect(target.store.pendingDs).toBeNull();
      expect([...target.share.keys()]).toEqual(["content"]);
      for (const [client, state] of checked.value.states) expect(Y.getState(target.store, client)).toBe(state);
      for (const [client] of checked.value.states) expect([undefined, "eve"]).toContain(OWNERS.get(client));
    }),
    { numRuns: 3_000 },
  );
});
