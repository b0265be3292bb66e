import { expect, it } from "vitest";
import { plannedReads, type PlanNode } from "./plan-reads.ts";

const scan = (name: string, rows: number, more: PlanNode = {}): PlanNode => ({
  "Node Type": "Seq Scan",
  Schema: "s",
  "Relation Name": name,
  "Plan Rows": rows,
  ...more,
});
const node = (type: string, rows: number, plans: PlanNode[], more: PlanNode = {}): PlanNode => ({
  "Node Type": type,
  "Plan Rows": rows,
  Plans: plans,
  ...more,
});

it.each([
  ["an index scan", { ...scan("a", 1), "Node Type": "Index Scan" }, { "s.a": 1 }],
  ["a limit on a scan", node("Limit", 100, [scan("a", 50_000)]), { "s.a": 100 }],
  ["a limit on a sort, which needs every row", node("Limit", 100, [node("Sort", 50_000, [scan("a", 50_000)])]), { "s.a": 50_000 }],
  ["an aggregate", node("Aggregate", 1, [scan("a", 50_000)]), { "s.a": 50_000 }],
  [
    "the inner side of a nested loop, once for each outer row",
    node("Nested Loop", 40, [scan("a", 10, { "Parent Relationship": "Outer" }), scan("b", 4, { "Parent Relationship": "Inner" })]),
    { "s.a": 10, "s.b": 40 },
  ],
  [
    "an inner side that is kept",
    node("Nested Loop", 40, [
      scan("a", 10, { "Parent Relationship": "Outer" }),
      node("Materialize", 4, [scan("b", 4)], { "Parent Relationship": "Inner" }),
    ]),
    { "s.a": 10, "s.b": 4 },
  ],
  ["two workers and their leader", node("Gather", 240, [scan("a", 100)], { "Workers Planned": 2 }), { "s.a": 240 }],
  ["one relation read twice", node("Append", 30, [scan("a", 10), scan("a", 20)]), { "s.a": 30 }],
])("%s", (_, plan, reads) => {
  expect(Object.fromEntries(plannedReads(plan))).toEqual(reads);
});
