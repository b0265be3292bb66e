import { randomUUID } from "node:crypto";
import { ok, type ClientMessage, type DraftAnalysis } from "@interlock/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as Y from "yjs";
import type { DocumentStore } from "../src/document/document-store.ts";
import type { DocumentPeer } from "../src/document/live-document.ts";
import { handleMessage, type RoomActs } from "../src/room/room-acts.ts";
import type { RoomSession } from "../src/room/room-session.ts";
import { openStage, type Name, type Stage } from "./command-stage.ts";

const TEXT = "SELECT 1 AS one;\n\nDELETE FROM payments.orders WHERE id < 6;\n";

type Place = Extract<ClientMessage, { type: "draft.focus" }>["anchor"];

let stage: Stage;
let documentId: string;
beforeAll(async () => {
  stage = await openStage();
  const made = await stage.documents.create({
    roomId: stage.room.id,
    name: "cleanup.sql",
    connectionId: stage.connectionId,
    actor: stage.people.oncall,
    initialText: TEXT,
  });
  if (!made.ok) throw new Error(made.code);
  documentId = made.value.id;
});
afterAll(() => stage.dispose());

async function focus(who: Name, at: number): Promise<void> {
  const opened = await stage.documents.open(documentId);
  if (opened === undefined) throw new Error("no document");
  const position = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(opened.live.text, at)) as Record<string, unknown>;
  opened.release();
  stage.drafts.focus({ principal: stage.people[who], roomId: stage.room.id, documentId, anchor: position, head: position });
}

/** Types as this person would, through the same checks and the same log. */
async function type(who: Name, change: (text: Y.Text) => void): Promise<void> {
  const opened = await stage.documents.open(documentId);
  if (opened === undefined) throw new Error("no document");
  const mine = new Y.Doc();
  Y.applyUpdate(mine, Y.encodeStateAsUpdate(opened.live.doc));
  const before = Y.encodeStateVector(mine);
  change(mine.getText("content"));
  const update = Y.encodeStateAsUpdate(mine, before);
  await new Promise<void>((resolve, reject) => {
    const peer: DocumentPeer = {
      userId: stage.people[who].id,
      role: "responder",
      update: () => {},
      committed: () => {},
      refused: (code) => reject(new Error(code)),
      failed: (code) => reject(new Error(code)),
    };
    opened.live.receive(peer, update, resolve);
  });
  opened.release();
}

function latest(who: Name, from: number): DraftAnalysis | undefined {
  const drafts = stage.told.slice(from).flatMap((message) => (message.type === "draft" ? [message.draft] : []));
  return drafts.findLast((draft) => draft.userId === stage.people[who].id);
}

async function draft(who: Name, from: number, fits: (draft: DraftAnalysis) => boolean): Promise<DraftAnalysis> {
  for (const end = Date.now() + 5_000; ;) {
    const found = latest(who, from);
    if (found !== undefined && fits(found)) return found;
    if (Date.now() > end) throw new Error(`no such draft: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("everybody sees what the statement under a cursor would do, soon after the last key", async () => {
  await focus("oncall", TEXT.indexOf("payments"));
  await draft("oncall", 0, ({ impact }) => impact?.effect === "delete");
  const from = stage.told.length;
  const started = performance.now();
  await type("oncall", (text) => text.insert(TEXT.indexOf("6;") + 1, "0"));
  const seen = await draft("oncall", from, ({ text }) => text.includes("60"));
  expect(performance.now() - started).toBeLessThan(1_000);
  expect(seen).toMatchObject({
    text: "DELETE FROM payments.orders WHERE id < 60",
    diagnostics: [],
    impact: {
      effect: "delete",
      statements: [
        { effects: expect.arrayContaining([expect.objectContaining({ rows: expect.objectContaining({ value: 59, kind: "exact" }) })]) },
      ],
    },
    verdict: { decision: "review", rules: ["writes"] },
  });
  expect(stage.drafts.drafts(stage.room.id)).toHaveLength(1);
  expect((await stage.target.query("SELECT 1 FROM payments.orders")).rowCount).toBe(100);
});

test("the statement follows the cursor, and a syntax error is underlined at its place without an impact", async () => {
  const from = stage.told.length;
  await focus("responder", 3);
  expect(await draft("responder", from, ({ impact }) => impact !== undefined)).toMatchObject({
    text: "SELECT 1 AS one",
    impact: { effect: "read" },
  });
  await type("responder", (text) => text.insert(0, "SELEKT;\n"));
  await focus("responder", 2);
  const broken = await draft("responder", from, ({ diagnostics }) => diagnostics.length > 0);
  expect(broken.impact).toBeUndefined();
  expect(broken.diagnostics[0]).toMatchObject({ severity: "error", start: 0 });
  await type("responder", (text) => text.delete(0, 8));
});

test("what would wait for others is looked at again until it would not, though nobody types", async () => {
  const from = stage.told.length;
  const waiting = ({ impact }: DraftAnalysis) => impact?.statements.some(({ waits }) => waits.length > 0) === true;
  const added = "\nDELETE FROM payments.orders WHERE id = 61;";
  let at = 0;
  await stage.target.query("BEGIN");
  try {
    await stage.target.query("LOCK TABLE payments.orders IN SHARE MODE");
    await type("responder", (text) => {
      at = text.length;
      text.insert(at, added);
    });
    await focus("responder", at + added.length);
    await draft("responder", from, waiting);
  } finally {
    await stage.target.query("ROLLBACK");
  }
  const free = await draft("responder", from, (seen) => seen.text.includes("61") && seen.impact !== undefined && !waiting(seen));
  expect(free.impact?.effect).toBe("delete");
  await type("responder", (text) => text.delete(at, added.length));
});

test("a target that did not answer is asked again, though nobody types", async () => {
  const from = stage.told.length;
  const added = "\nDELETE FROM payments.orders WHERE id = 62;";
  let at = 0;
  await stage.target.query("ALTER ROLE CURRENT_USER NOLOGIN");
  try {
    await stage.target.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    await type("responder", (text) => {
      at = text.length;
      text.insert(at, added);
    });
    await focus("responder", at + added.length);
    const unknown = await draft("responder", from, ({ text, impact }) => text.includes("62") && impact !== undefined);
    expect(unknown.impact).toMatchObject({ effect: "unknown", complete: false });
  } finally {
    await stage.target.query("ALTER ROLE CURRENT_USER LOGIN");
  }
  await draft("responder", from, ({ text, impact }) => text.includes("62") && impact?.effect === "delete");
  await type("responder", (text) => text.delete(at, added.length));
});

test("what could not be counted while one types is counted once the statement rests", async () => {
  const from = stage.told.length;
  // Five rows, after longer than one waits who types, and not as long as one who proposes.
  const added = "\nDELETE FROM payments.orders WHERE id <= (SELECT count(*) / 400000 FROM generate_series(1, 2000000));";
  let at = 0;
  await type("responder", (text) => {
    at = text.length;
    text.insert(at, added);
  });
  await focus("responder", at + added.length);
  const isCounted = ({ text, impact }: DraftAnalysis): boolean =>
    text.includes("2000000") && impact?.statements[0]?.effects.find(({ effect }) => effect === "delete")?.rows.kind === "exact";
  const counted = await draft("responder", from, isCounted);
  expect(counted.impact?.statements[0]?.effects.find(({ effect }) => effect === "delete")?.rows.value).toBe(5);
  await type("responder", (text) => text.delete(at, added.length));
});

test("what cannot be counted then either is told to stay as it is", async () => {
  const from = stage.told.length;
  const added = "\nDELETE FROM payments.orders WHERE id <= (SELECT count(*) / 40000000 FROM generate_series(1, 200000000));";
  let at = 0;
  await type("responder", (text) => {
    at = text.length;
    text.insert(at, added);
  });
  await focus("responder", at + added.length);
  const ofIt = ({ text, impact }: DraftAnalysis): boolean => text.includes("200000000") && impact !== undefined;
  expect((await draft("responder", from, ofIt)).impact?.cutShort).toBe("counting");
  const settled = await draft("responder", from, (one) => ofIt(one) && one.impact?.cutShort === undefined);
  expect(settled.impact?.statements[0]?.effects.find(({ effect }) => effect === "delete")?.rows.kind).not.toBe("exact");
  // Nor is it said to be counted where it is told anew: somebody's cursor moves in it.
  const told = stage.told.length;
  await focus("responder", at + 3);
  expect((await draft("responder", told, ofIt)).impact?.cutShort).toBeUndefined();
  await type("responder", (text) => text.delete(at, added.length));
});

test("many key strokes are one analysis of the last text, audited once", async () => {
  const from = stage.told.length;
  for (let n = 0; n < 5; n++) {
    await type("oncall", (text) => text.insert(text.toString().indexOf(" AS one"), String(n)));
    await focus("oncall", 3);
  }
  await draft("oncall", from, ({ text }) => text === "SELECT 101234 AS one" || text === "SELECT 101234 AS one;");
  const analysed = stage.told.slice(from).filter((message) => message.type === "draft" && message.draft.userId === stage.people.oncall.id);
  expect(analysed.length).toBeLessThan(5);
  expect(await stage.db.auditEvent.count({ where: { type: "draft.analysed", actor: "oncall" } })).toBe(1);
});

test("people who go on typing keep nobody from an answer", async () => {
  const from = stage.told.length;
  let over = false;
  const remark = async (): Promise<void> => {
    await type("responder", (text) => text.insert(text.length, "-- "));
    while (!over) await type("responder", (text) => text.insert(text.length, "x"));
  };
  const typing = remark();
  try {
    await focus("oncall", 3);
    expect(await draft("oncall", from, ({ impact }) => impact !== undefined)).toMatchObject({ impact: { effect: "read" } });
  } finally {
    over = true;
    await typing;
  }
});

test("the latest place of a cursor counts, whichever question about them is answered first", async () => {
  const from = stage.told.length;
  const { live, release } = (await stage.documents.open(documentId))!;
  const place = (at: number) => Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(live.text, at)) as Place;
  const said = (at: number) => ({ type: "draft.focus" as const, documentId, anchor: place(at), head: place(at) });
  const first = Promise.withResolvers<void>();
  let asked = 0;
  const documents: Pick<DocumentStore, "find"> = {
    // The first answer is the last to come.
    find: async (id) => {
      if (asked++ === 0) await first.promise;
      return stage.documents.find(id);
    },
  };
  const acts = { services: stage, db: stage.db, documents } as unknown as RoomActs;
  const session: Partial<RoomSession> = {
    principal: stage.people.reviewer,
    role: "responder",
    roomId: stage.room.id,
    sessionSeenAt: Date.now(),
    focused: new Set(),
    cursors: new Map(),
  };
  const earlier = handleMessage(acts, session as RoomSession, said(3));
  expect(await handleMessage(acts, session as RoomSession, said(live.text.toString().indexOf("DELETE") + 3))).toEqual(ok({}));
  first.resolve();
  expect(await earlier).toEqual(ok({}));
  expect((await draft("reviewer", from, ({ impact }) => impact !== undefined)).text).toContain("DELETE");
  stage.drafts.blur({ principal: stage.people.reviewer, roomId: stage.room.id, documentId });
  const nowhere = randomUUID();
  expect(await handleMessage(acts, session as RoomSession, { ...said(3), documentId: nowhere })).toMatchObject({ code: "not_found" });
  expect([...session.cursors!.keys()]).toEqual([documentId]);
  release();
});

test("leaving takes the draft away for everybody", () => {
  stage.drafts.blur({ principal: stage.people.oncall, roomId: stage.room.id, documentId });
  expect(stage.told.at(-1)).toEqual({ type: "draft.gone", documentId, userId: stage.people.oncall.id });
  expect(stage.drafts.drafts(stage.room.id).some(({ userId }) => userId === stage.people.oncall.id)).toBe(false);
});

test("completions come from the target's catalogue", async () => {
  const text = "SELECT * FROM payments.ord";
  const items = await stage.drafts.complete({ documentId, text, offset: text.length });
  expect(items.map(({ label }) => label)).toEqual(expect.arrayContaining(["orders", "order_items"]));
});
