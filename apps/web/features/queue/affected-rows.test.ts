import { bareStatement } from "@interlock/protocol";
import { expect, test } from "vitest";
import { ownFirst, writtenRows } from "./affected-rows.ts";

const wrote = (object: string, part: Partial<Record<"inserted" | "updated" | "deleted", number>>) => ({
  object,
  inserted: 0,
  updated: 0,
  deleted: 0,
  ...part,
});
const exact = { value: 1, kind: "exact" } as const;
const impact = {
  statements: [
    {
      ...bareStatement({ index: 0, start: 0, end: 1, text: "", title: "DELETE orders", effect: "delete" }),
      effects: [{ effect: "delete" as const, object: "shop.orders", kind: "table", rows: exact }],
      cascades: [{ object: "shop.items", effect: "delete" as const, rows: exact, via: ["fk"], depth: 1 }],
    },
  ],
};

test("what was aimed at comes before its cascades, and what triggers wrote last", () => {
  const all = [
    wrote("ledger.audit", { inserted: 1 }),
    wrote("shop.items", { deleted: 4 }),
    wrote("shop.none", {}),
    wrote("shop.orders", { deleted: 1 }),
  ];
  const { own, beside } = ownFirst(impact, all);
  expect(own.map(({ object }) => object)).toEqual(["shop.orders", "shop.items"]);
  expect(beside.map(({ object }) => object)).toEqual(["ledger.audit"]);
  expect(writtenRows(own)).toBe(5);
});

test("where no name is known again all of it counts", () => {
  const partition = [wrote("shop.orders_2026", { updated: 2 })];
  expect(ownFirst(impact, partition)).toEqual({ own: partition, beside: [] });
});
