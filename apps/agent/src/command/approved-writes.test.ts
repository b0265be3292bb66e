import { bareStatement, type Impact, type Statement } from "@interlock/protocol";
import { expect, test } from "vitest";
import { accessOf, approvedWrites, guardOf, inexactWrites } from "./approved-writes.ts";

function impact(effect: Impact["effect"], statement: Partial<Statement>): Impact {
  const base = bareStatement({ index: 0, start: 0, end: 1, text: "x", title: "x", effect });
  return { effect, complete: true, tookMs: 0, warnings: [], statements: [{ ...base, ...statement }] };
}

const DELETE = impact("delete", {
  effects: [
    { effect: "delete", object: "p.orders", kind: "table", rows: { value: 3, kind: "exact" } },
    { effect: "read", object: "p.customers", kind: "table", rows: { value: 900, kind: "estimate" } },
  ],
  cascades: [{ object: "p.items", effect: "delete", rows: { value: 7, kind: "exact" }, via: ["fk"], depth: 1 }],
  sideEffects: [
    {
      kind: "trigger",
      name: "t",
      effect: "append",
      writes: [
        { object: "p.audit", effect: "append", rows: { value: 3, kind: "exact" } },
        { object: "p.items", effect: "modify", rows: { value: 2, kind: "estimate" } },
      ],
    },
  ],
});

test("approved are targets, cascades and what triggers write, but nothing that is only read", () => {
  expect(approvedWrites(DELETE, undefined)).toEqual([
    { object: "p.orders", rows: 3 },
    { object: "p.items", rows: 9 },
    { object: "p.audit", rows: 3 },
  ]);
});

test("maxRows replaces only the figures that are not exact", () => {
  expect(inexactWrites(DELETE).map(({ object }) => object)).toEqual(["p.items"]);
  expect(approvedWrites(DELETE, 100)).toEqual([
    { object: "p.orders", rows: 3 },
    { object: "p.items", rows: 100 },
    { object: "p.audit", rows: 3 },
  ]);
});

test("only what reads gets the reading role", () => {
  expect(accessOf(impact("read", {}))).toBe("read");
  for (const effect of ["session", "append", "modify", "delete", "schema", "privilege", "unknown"] as const)
    expect(accessOf(impact(effect, {}))).toBe("write");
});

test("what touches only its session may write no row, guard demanded or not", () => {
  const sealed = [{ object: "p.orders", rows: 3 }];
  expect(guardOf(impact("session", {}), false, [])).toEqual({ approved: [] });
  expect(guardOf(impact("read", {}), true, sealed)).toBeUndefined();
  expect(guardOf(DELETE, false, sealed)).toBeUndefined();
  expect(guardOf(DELETE, true, sealed)).toEqual({ approved: sealed });
});
