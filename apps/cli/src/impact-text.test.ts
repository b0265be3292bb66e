import type { Impact, Statement } from "@interlock/protocol";
import { expect, test } from "vitest";
import { impactText } from "./impact-text.ts";
import { paint } from "./paint.ts";

function statement(fields: Partial<Statement> = {}): Statement {
  const nothing = { effects: [], cascades: [], locks: [], rewrites: [], scans: [], sideEffects: [], willFail: [], waits: [], risks: [] };
  return { index: 0, start: 0, end: 6, text: "", effect: "delete", title: "DELETE orders", reversible: "undo", ...nothing, ...fields };
}

function impact(statements: Statement[], fields: Partial<Impact> = {}): Impact {
  return { effect: "delete", complete: true, tookMs: 12.4, warnings: [], statements, ...fields };
}

const DELETE = statement({
  effects: [{ effect: "delete", object: "payments.orders", kind: "table", rows: { value: 12431, kind: "exact" } }],
  cascades: [
    { object: "payments.order_items", effect: "delete", rows: { value: 48306, kind: "exact" }, via: ["items_order_fkey"], depth: 1 },
    { object: "payments.refunds", effect: "modify", rows: { value: 1, kind: "exact" }, via: ["a_fkey", "b_fkey"], depth: 2 },
  ],
  locks: ["RowExclusiveLock", "AccessShareLock"].map((mode) => ({ object: "payments.orders", mode })),
  sideEffects: [
    {
      kind: "trigger",
      name: "orders_audit",
      effect: "append",
      writes: [{ object: "ledger.audit", effect: "append", rows: { value: 12431, kind: "exact" } }],
    },
  ],
  willFail: [{ code: "23503", reason: "payouts still points to 3 rows" }],
  waits: [{ object: "payments.orders", mode: "RowExclusiveLock", blockedBy: { pid: 7, age: "2 min", user: "etl", query: "…" } }],
  risks: [
    { code: "no_where", severity: "danger", message: "There is no WHERE.", suggestion: { text: "… WHERE id = 1", why: "It says which." } },
  ],
});

test("a statement with everything, without colours", () => {
  expect(impactText(impact([DELETE]), paint(false))).toBe(
    `delete · 60,738 rows (12 ms)

DELETE orders  delete
  payments.orders         delete  12,431 rows
  └ payments.order_items  delete  48,306 rows  via items_order_fkey
    └ payments.refunds    modify  1 row        via a_fkey, b_fkey
  will fail payouts still points to 3 rows (23503)
  trigger   orders_audit → append ledger.audit 12,431 rows
  locks     RowExclusiveLock, AccessShareLock on payments.orders
  waits     payments.orders RowExclusiveLock, held by etl (pid 7) for 2 min
  undo      possible
  danger    There is no WHERE.
            instead: … WHERE id = 1
            It says which.`,
  );
});

test("what whoever holds a token may do, place by place", () => {
  const token = { account: { namespace: "shop", name: "bot" }, seconds: 900, audiences: [], unread: [] };
  const rights = [
    { where: "in every namespace", may: ["get /metrics"] },
    { where: "in shop", may: ["get pods", "list secrets"] },
  ];
  const said = (more: object) =>
    impactText(impact([statement({ reversible: "no", token: { ...token, rights: [], ...more } })]), paint(false));
  expect(said({ rights, more: 2 })).toContain(
    "  may       get /metrics in every namespace\n            get pods in shop\n            list secrets in shop\n            and 2 more\n  undo      not possible",
  );
  expect(said({})).toContain("  may       nothing but learn what the API is");
  expect(said({ unread: ["roles could not be read"] })).toContain("  not known roles could not be read; it may do more");
});

test("several statements are numbered; what is not certain is said", () => {
  const guess = statement({
    index: 1,
    effects: [{ effect: "delete", object: "a.b", kind: "table", rows: { value: 1000.4, kind: "estimate" } }],
  });
  const said = impactText(impact([statement(), guess], { complete: false, warnings: ["statistics are old"] }), paint(false));
  expect(said).toContain("delete · about 1,000 rows · 2 statements · not complete (12 ms)\n  ! statistics are old\n");
  expect(said).toContain("2. DELETE orders  delete\n  a.b  delete  about 1,000 rows\n");
});

test("no figure is given where none is known or meant", () => {
  const headline = (effect: Impact["effect"], complete: boolean) =>
    impactText(impact([], { effect, complete }), paint(false)).split(" (")[0];
  expect(headline("unknown", false)).toBe("unknown · 0 statements · not complete");
  expect(headline("privilege", true)).toBe("privilege · 0 statements");
  expect(headline("delete", true)).toBe("delete · 0 rows · 0 statements");
  expect(headline("delete", false)).toBe("delete · 0 statements · not complete");
});

test("colours say the effect, and only where they are wanted", () => {
  expect(impactText(impact([DELETE]), paint(true))).toContain("\u001b[31mdelete");
  expect(impactText(impact([DELETE]), paint(false))).not.toContain("\u001b");
});

test("names from the target cannot drive the terminal", () => {
  const evil = "a\u001b]0;owned\u0007b\u001b[2J\u009b1mc\rd";
  const nasty = statement({ title: evil, effects: [{ effect: "delete", object: evil, kind: "table", rows: { value: 1, kind: "exact" } }] });
  const said = impactText(impact([nasty], { warnings: [evil] }), paint(false));
  // oxlint-disable-next-line no-control-regex -- exactly these must not be there
  expect(said).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});
