import type { Impact, Statement } from "@interlock/protocol";
import { expect, test } from "vitest";
import { attentions, firstSuggestion } from "./attention.ts";

const risk = (severity: "info" | "warning" | "danger", message: string) => ({ code: message, severity, message });
const statement = (index: number, part: Partial<Statement>): Statement => ({
  index,
  start: 0,
  end: 1,
  text: "",
  effect: "read",
  title: "SELECT",
  effects: [],
  cascades: [],
  locks: [],
  rewrites: [],
  scans: [],
  sideEffects: [],
  willFail: [],
  waits: [],
  reversible: "no",
  risks: [],
  ...part,
});
const impact = (statements: Statement[], part: Partial<Impact> = {}): Impact => ({
  effect: "read",
  complete: true,
  tookMs: 1,
  warnings: [],
  statements,
  ...part,
});

test("nothing stands out where nothing was found and everything was worked out", () => {
  expect(attentions(impact([statement(0, {})]))).toEqual([]);
});

test("what would fail comes first, then by severity", () => {
  const one = statement(0, {
    risks: [risk("info", "i"), risk("danger", "d"), risk("warning", "w")],
    willFail: [{ code: "23503", reason: "still referred to" }],
  });
  expect(attentions(impact([one])).map(({ severity, text }) => `${severity} ${text}`)).toEqual([
    "fails still referred to",
    "danger d",
    "warning w",
    "info i",
  ]);
});

test("who would be waited for stands out", () => {
  const blockedBy = { pid: 4711, age: "00:03:12", user: "app", query: "UPDATE t" };
  const waits = [{ object: "t", mode: "AccessExclusiveLock", blockedBy }];
  expect(attentions(impact([statement(0, { waits })])).map(({ text }) => text)).toEqual(["Would wait now for app (pid 4711) on t"]);
});

test("of several statements each is named, and a safer text knows which it is for", () => {
  const second = statement(1, { risks: [{ ...risk("danger", "all rows"), suggestion: { text: "safer", why: "smaller" } }] });
  expect(attentions(impact([statement(0, {}), second]))).toEqual([
    { severity: "danger", text: "Statement 2: all rows", suggestion: { statement: 1, text: "safer", why: "smaller" } },
  ]);
});

test("what several statements have in common is said once, but for an edit of its own", () => {
  const bad = risk("danger", "all rows");
  const many = Array.from({ length: 6 }, (_, index) => statement(index, { risks: [bad] }));
  expect(attentions(impact(many)).map(({ text }) => text)).toEqual(["Statements 1, 2, 3 and 3 more: all rows"]);
  expect(attentions(impact(many.slice(0, 3))).map(({ text }) => text)).toEqual(["Statements 1, 2 and 3: all rows"]);
  const edit = { ...bad, suggestion: { text: "safer", why: "smaller" } };
  const edits = [statement(0, { risks: [edit] }), statement(1, { risks: [edit] })];
  expect(attentions(impact(edits)).map(({ text }) => text)).toEqual(["Statement 1: all rows", "Statement 2: all rows"]);
});

test("what could not be worked out never reads as if nothing stood out (I3)", () => {
  expect(attentions(impact([statement(0, {})], { complete: false })).map(({ severity }) => severity)).toEqual(["warning"]);
  expect(attentions(impact([], { complete: false, warnings: ["EXPLAIN took too long"] })).map(({ text }) => text)).toEqual([
    "EXPLAIN took too long",
  ]);
});

test("the key for the safer text takes that of the worst which has one", () => {
  const edit = { text: "safer", why: "smaller" };
  const one = statement(0, { risks: [{ ...risk("info", "i"), suggestion: { text: "other", why: "less" } }, risk("danger", "d")] });
  const two = statement(1, { risks: [{ ...risk("warning", "w"), suggestion: edit }] });
  expect(firstSuggestion(attentions(impact([one, two])))).toEqual({ statement: 1, ...edit });
  expect(firstSuggestion(attentions(impact([statement(0, {})])))).toBeUndefined();
});
