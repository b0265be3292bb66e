import { textFingerprint, type Command, type DraftAnalysis, type TimelineEntry } from "@interlock/protocol";
import { expect, test } from "vitest";
import { applyMessage, EMPTY_ROOM } from "./room-state.ts";

const command = (id: string, state: Command["state"] = "awaiting_review") => ({ id, state }) as Command;
const entry = (seq: number): TimelineEntry => ({ seq, at: "2026-11-20T00:00:00.000Z", type: "room.opened", text: `event ${seq}` });
const draft = (documentId: string, userId: string, text: string): DraftAnalysis => ({
  documentId,
  userId,
  fingerprint: textFingerprint(text),
  at: text.length,
  text,
  start: 0,
  end: text.length,
  diagnostics: [],
});
const auditHead = { seq: 9, hash: "ab" };

test("a new command comes first; a changed one keeps its place", () => {
  let state = applyMessage(EMPTY_ROOM, { type: "command", command: command("a") });
  state = applyMessage(state, { type: "command", command: command("b") });
  state = applyMessage(state, { type: "command", command: command("a", "running") });
  expect(state.commands.map(({ id, state: s }) => `${id}:${s}`)).toEqual(["b:awaiting_review", "a:running"]);
});

test("timeline entries are ordered by sequence, once each", () => {
  let state = applyMessage(EMPTY_ROOM, { type: "timeline", entries: [entry(2), entry(3)], auditHead });
  state = applyMessage(state, { type: "timeline", entries: [entry(3), entry(1)], auditHead });
  expect(state.timeline.map(({ seq }) => seq)).toEqual([3, 2, 1]);
  expect(state.auditHead).toEqual(auditHead);
});

test("there is one draft per person and document", () => {
  let state = applyMessage(EMPTY_ROOM, { type: "draft", draft: draft("d", "ada", "SELECT 1") });
  state = applyMessage(state, { type: "draft", draft: draft("d", "bob", "SELECT 2") });
  state = applyMessage(state, { type: "draft", draft: draft("d", "ada", "SELECT 3") });
  expect(state.drafts.map(({ text }) => text)).toEqual(["SELECT 2", "SELECT 3"]);
  state = applyMessage(state, { type: "draft.gone", documentId: "d", userId: "bob" });
  expect(state.drafts.map(({ text }) => text)).toEqual(["SELECT 3"]);
});

test("a reply changes nothing", () => {
  expect(applyMessage(EMPTY_ROOM, { type: "reply", id: 1, value: {} })).toBe(EMPTY_ROOM);
});
