import type { Impact, Obligations, Statement, Verdict } from "@interlock/protocol";
import { expect, test } from "vitest";
import { impactFacts } from "./impact-facts.ts";
import { impactSentence } from "./impact-sentence.ts";
import { byMode } from "./lock-words.ts";
import { commandReversal, reversal, reversalWords } from "./reversal.ts";
import { demandWords, needsMaxRows, suggestedMaxRows, verdictSentence } from "./verdict-sentence.ts";

const statement = (part: Partial<Statement> = {}): Statement => ({
  index: 0,
  start: 0,
  end: 30,
  text: "DELETE FROM payments.orders",
  effect: "delete",
  title: "DELETE orders",
  effects: [{ effect: "delete", object: "payments.orders", kind: "table", rows: { value: 12_431, kind: "exact", fraction: 0.0104 } }],
  cascades: [],
  locks: [],
  rewrites: [],
  scans: [],
  sideEffects: [],
  willFail: [],
  waits: [],
  reversible: "undo",
  risks: [],
  ...part,
});
const impact = (statements: Statement[], part: Partial<Impact> = {}): Impact => ({
  effect: statements[0]?.effect ?? "read",
  complete: true,
  tookMs: 38,
  warnings: [],
  statements,
  ...part,
});
const verdict = (decision: Verdict["decision"], obligations: Partial<Obligations> = {}, part: Partial<Verdict> = {}): Verdict => ({
  decision,
  rules: ["prod-deletes"],
  message: "",
  obligations: { reviews: [], reason: false, guard: false, countdownMs: 0, masks: [], ...obligations },
  trace: [],
  policyVersion: "0",
  ...part,
});
const words = ({ lead, rest }: ReturnType<typeof verdictSentence>) => [lead, ...rest.map(({ text }) => text)].join(" · ");
const estimated = statement({
  effects: [{ effect: "delete", object: "payments.orders", kind: "table", rows: { value: 12_431, kind: "estimate" } }],
});

test("one delete, counted exactly", () => {
  expect(impactSentence(impact([statement()]))).toEqual({
    big: "12,431 rows of payments.orders",
    small: ["1.0 % of the table", "exact count"],
  });
});

test("an estimate says so in the figure itself", () => {
  expect(impactSentence(impact([estimated]))).toEqual({ big: "≈ 12,400 rows of payments.orders", small: ["estimate"] });
});

test("the whole table is said in words", () => {
  const all = statement({ effects: [{ effect: "delete", object: "t", kind: "table", rows: { value: 3, kind: "exact", fraction: 1 } }] });
  expect(impactSentence(impact([all])).small[0]).toBe("the whole table");
});

test("unknown never looks harmless", () => {
  expect(impactSentence(impact([], { effect: "unknown", complete: false, warnings: ["dynamic SQL"] }))).toEqual({
    big: "What this does cannot be known",
    small: ["dynamic SQL"],
  });
});

test("several statements are summed, and the least certain figure wins", () => {
  expect(impactSentence(impact([statement(), estimated]))).toEqual({
    big: "2 statements: ≈ 24,900 rows deleted",
    small: ["estimate", "in one transaction"],
  });
});

test("a review, as the issue words it", () => {
  const sentence = verdictSentence(
    verdict("review", { reviews: [{ count: 1, group: "payments-reviewers" }], guard: true }),
    impact([statement()]),
  );
  expect(words(sentence)).toBe("Needs 1 review from payments-reviewers · not by an author · prod-deletes · commits only if ≤ 12,431 rows");
});

test("the row limit an author stated is the one that counts", () => {
  const sentence = verdictSentence(verdict("review", { reviews: [{ count: 2, group: "g" }], guard: true }), impact([estimated]), 20_000);
  expect(words(sentence)).toContain("commits only if ≤ 20,000 rows a table");
});

test("allowed and denied", () => {
  expect(verdictSentence(verdict("allow"), impact([statement()])).lead).toBe("Runs at once");
  expect(verdictSentence(verdict("deny", {}, { message: "Go home." }), impact([])).lead).toBe("Denied: Go home");
  expect(verdictSentence(verdict("deny", {}, { rules: [] }), impact([])).lead).toBe("Denied: no rule allows it");
});

test("several demands", () => {
  expect(
    demandWords([
      { count: 1, group: "a" },
      { count: 2, group: "b" },
      { count: 1, group: "c" },
    ]),
  ).toBe("1 review from a, 2 reviews from b and 1 review from c");
});

test("a row limit is asked for only under the guard, and only where a written figure is not exact", () => {
  const guarded = verdict("review", { guard: true });
  expect(needsMaxRows(guarded, impact([statement()]))).toBe(false);
  expect(needsMaxRows(guarded, impact([estimated]))).toBe(true);
  expect(needsMaxRows(verdict("review"), impact([estimated]))).toBe(false);
  const trigger = statement({
    sideEffects: [
      {
        kind: "trigger",
        name: "audit",
        effect: "append",
        writes: [{ object: "ledger.audit", effect: "append", rows: { value: 0, kind: "unknown" } }],
      },
    ],
  });
  expect(needsMaxRows(guarded, impact([trigger]))).toBe(true);
});

test("the suggested limit is above what is expected, and round", () => {
  expect(suggestedMaxRows(impact([estimated]))).toBe(19_000);
  expect(suggestedMaxRows(impact([statement()]))).toBe(19_000);
  expect(suggestedMaxRows(impact([statement({ effects: [] })]))).toBe(10);
});

test("the four facts of the picture", () => {
  const full = statement({
    cascades: [
      { object: "payments.refunds", effect: "delete", rows: { value: 96, kind: "exact" }, via: ["fk2"], depth: 2 },
      { object: "payments.order_items", effect: "delete", rows: { value: 48_210, kind: "exact" }, via: ["fk1"], depth: 1 },
    ],
    locks: ["orders", "order_items", "refunds"].map((name) => ({ object: `payments.${name}`, mode: "RowExclusiveLock" })),
    plan: { cost: 9_204, node: "Index Scan orders_created_at", ms: 2_100 },
    sideEffects: [
      {
        kind: "trigger",
        name: "audit_orders",
        effect: "append",
        writes: [{ object: "ledger.audit", effect: "append", rows: { value: 12_431, kind: "exact" } }],
      },
    ],
  });
  expect(impactFacts(impact([full])).map(({ value, note }) => [value, note])).toEqual([
    ["order_items 48,210 · refunds 96", "deleted, too, 2 levels deep"],
    ["RowExclusive on orders and 2 more", "blocks no reads"],
    ["Index Scan orders_created_at", "cost 9,204 · est. 2.1 s"],
    ["trigger audit_orders", "writes audit 12,431"],
  ]);
});

test("a lock that stops everybody is a warning", () => {
  const ddl = statement({ locks: [{ object: "public.t", mode: "AccessExclusiveLock" }] });
  expect(impactFacts(impact([ddl]))[1]).toMatchObject({ value: "blocks reads and writes of t", note: "AccessExclusive", tone: "warn" });
});

test("several locks on one table are told by the strongest, and stand together in the details", () => {
  const held = ["AccessShareLock", "AccessExclusiveLock", "ShareLock"].map((mode) => ({ object: "public.t", mode }));
  const locks = [...held, { object: "public.u", mode: "AccessShareLock" }];
  expect(impactFacts(impact([statement({ locks })]))[1]).toMatchObject({ value: "blocks reads and writes of t" });
  expect(byMode(locks)).toEqual([
    { mode: "AccessExclusiveLock", weaker: ["ShareLock", "AccessShareLock"], objects: ["public.t"] },
    { mode: "AccessShareLock", weaker: [], objects: ["public.u"] },
  ]);
});

test("a wait is a warning even where the lock itself keeps nobody away", () => {
  const blockedBy = { pid: 4, age: "3 min", user: "app", query: "LOCK" };
  const waiting = statement({
    locks: [{ object: "t", mode: "RowExclusiveLock" }],
    waits: [{ object: "t", mode: "RowExclusiveLock", blockedBy }],
  });
  expect(impactFacts(impact([waiting]))[1]).toMatchObject({
    value: "would wait now for app",
    note: "on t · at it for 3 min",
    tone: "warn",
  });
});

test("a lock of a mode that is not known is taken for the worst (I3)", () => {
  const locks = [
    { object: "a", mode: "AccessExclusiveLock" },
    { object: "b", mode: "NewLock" },
  ];
  expect(impactFacts(impact([statement({ locks })]))[1]).toMatchObject({ value: "may block everything of b", tone: "warn" });
});

test("the worst statement decides what can be undone, and says why", () => {
  const no = statement({ index: 1, reversible: "no", reversibleReason: "payments.log has no key" });
  const partial = statement({ reversible: "partial", reversibleReason: "what audit does stays" });
  expect(reversal(impact([statement(), no]))).toMatchObject({ tone: "bad", why: "statement 2: payments.log has no key" });
  expect(reversalWords(reversal(impact([partial]))!)).toBe("Can be undone in part: what audit does stays");
  expect(reversalWords(reversal(impact([statement()]))!)).toBe("Can be undone");
  expect(reversal(impact([statement({ effect: "read", reversible: "no" })]))).toBeUndefined();
  const ddl = statement({ effect: "schema", reversible: "no" });
  expect(reversalWords(reversal(impact([ddl]))!)).toBe("Cannot be undone: only changes of rows can be taken back, not of definitions");
});

test("a request that cannot be taken back leaves the others of a cluster their undo", () => {
  const request = { method: "POST", path: "/api/v1/x" };
  const token = statement({ index: 1, request, reversible: "no", reversibleReason: "a token that was issued is valid until it expires" });
  expect(reversal(impact([statement({ request }), token]))).toMatchObject({ mark: "undo in part", tone: "warn" });
  expect(reversal(impact([token]))).toMatchObject({ mark: "no undo", tone: "bad" });
});

test("a dry run needs no undo, and an undo keeps nothing of its own", () => {
  const back = impact([statement({ effect: "append", reversible: "no" })]);
  expect(commandReversal({ impact: back, dryRun: true })).toBeUndefined();
  expect(commandReversal({ impact: back, undoOf: "c" })?.why).toBe("what an undo writes is not kept");
});

test("of an incomplete impact nothing is said to be absent (I3)", () => {
  const facts = impactFacts(impact([statement()], { complete: false }));
  expect(facts.map(({ value }) => value)).toEqual(["not known", "not known", "not known", "not known"]);
});
