import { expect, test } from "vitest";
import type { Catalog, CatalogRelation, SessionFacts } from "./catalog-model.ts";
import { completions } from "./complete.ts";
import { contextAt } from "./complete-place.ts";

const orders = {
  oid: 1,
  schema: "payments",
  name: "orders",
  kind: "r",
  columns: [
    { name: "id", type: "bigint" },
    { name: "whence", type: "text" },
  ],
} as CatalogRelation;
const catalog = {
  relations: new Map([[1, orders]]),
  byName: new Map([["payments.orders", orders]]),
  functions: new Map(),
  schemas: ["payments"],
} as unknown as Catalog;
const facts = { path: ["public"] } as unknown as SessionFacts;

/** Labels at the `|` of a text, best first. */
const labels = (marked: string) => {
  const offset = marked.indexOf("|");
  return completions(marked.replace("|", ""), offset, catalog, facts).map(({ label }) => label);
};

test.each([
  ["SELECT * FROM payments.orders wh|", "WHERE"],
  ["SELECT * FROM payments.orders o wh|", "WHERE"],
  ["DELETE FROM payments.orders wh|", "WHERE"],
  ["SELECT * FROM payments.orders WHERE wh|", "whence"],
  ["SELECT * FROM payments.orders o WHERE o.|", "id"],
  ["SELECT * FROM ord|", "orders"],
  ["sel|", "SELECT"],
])("%s offers %s first", (text, first) => {
  expect(labels(text)[0]).toBe(first);
});

test("a word that is being typed is not offered as an alias of the table before it", () => {
  expect(labels("SELECT * FROM payments.orders wh|")).not.toContain("wh");
  expect(labels("SELECT * FROM payments.orders ord WHERE or|")).toContain("ord");
});

test.each([
  ["SELECT * FROM payments.orders |", "clause"],
  ["SELECT * FROM payments.orders o |", "clause"],
  ["SELECT * FROM payments.orders, |", "table"],
  ["SELECT * FROM payments.orders WHERE |", "any"],
  ["SELECT |", "any"],
  ["|", "statement"],
])("%s wants a %s", (text, wants) => {
  expect(contextAt(text.replace("|", ""), text.indexOf("|"))?.wants).toBe(wants);
});
