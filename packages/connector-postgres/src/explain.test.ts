import { expect, it } from "vitest";
import { accessPath } from "./explain.ts";

const scan = { "Node Type": "Index Scan", "Relation Name": "orders", "Index Name": "orders_created_at" };

it.each([
  ["a delete by index", { "Node Type": "ModifyTable", Operation: "Delete", Plans: [scan] }, "Index Scan orders_created_at"],
  ["a limit", { "Node Type": "Limit", Plans: [{ "Node Type": "Sort", Plans: [scan] }] }, "Index Scan orders_created_at"],
  [
    "a bitmap scan, by its index",
    { "Node Type": "Bitmap Heap Scan", "Relation Name": "orders", Plans: [{ "Node Type": "Bitmap Index Scan", "Index Name": "i" }] },
    "Bitmap Heap Scan i",
  ],
  ["a whole table", { "Node Type": "Seq Scan", "Relation Name": "orders" }, "Seq Scan orders"],
  ["a join", { "Node Type": "Hash Join", Plans: [scan] }, "Hash Join"],
  ["new rows without a table", { "Node Type": "ModifyTable", Operation: "Insert", Plans: [{ "Node Type": "Result" }] }, "Insert"],
  ["an operation without a plan", { "Node Type": "ModifyTable", Operation: "Insert" }, "Insert"],
])("names %s", (_, plan, words) => {
  expect(accessPath(plan)).toBe(words);
});
