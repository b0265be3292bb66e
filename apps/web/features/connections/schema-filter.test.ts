import type { SchemaTree } from "@interlock/protocol";
import { expect, test } from "vitest";
import { filterSchema, quoted } from "./schema-filter.ts";

const column = (name: string) => ({ name, type: "text", nullable: true, masked: false });
const tree: SchemaTree = {
  schemas: [
    {
      name: "payments",
      objects: [
        { name: "orders", kind: "table", columns: [column("id"), column("status")] },
        { name: "customers", kind: "table", columns: [column("id"), column("email")] },
      ],
    },
    { name: "ledger", objects: [] },
  ],
};
const names = (filter: string) =>
  filterSchema(tree, filter).flatMap(({ name, objects }) =>
    objects.map((object) => `${name}.${object.name}(${object.columns.map((c) => c.name).join(",")})`),
  );

test("finds tables by name, with their schema, and columns by theirs", () => {
  expect(names("ord")).toEqual(["payments.orders(id,status)"]);
  expect(names("payments.cust")).toEqual(["payments.customers(id,email)"]);
  expect(names(" EMAIL ")).toEqual(["payments.customers(email)"]);
  expect(names("nothing")).toEqual([]);
  expect(filterSchema(tree, "")).toBe(tree.schemas);
  expect(filterSchema(tree, "ledg").map(({ name }) => name)).toEqual(["ledger"]);
});

test("quotes only what needs it", () => {
  expect(["orders", "order", "Orders", 'a"b', "1st", "a-b"].map(quoted)).toEqual([
    "orders",
    '"order"',
    '"Orders"',
    '"a""b"',
    '"1st"',
    '"a-b"',
  ]);
});
