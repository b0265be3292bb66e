import type { PlanStep } from "@interlock/protocol";
import { expect, test } from "vitest";
import type { Catalog } from "./catalog-model.ts";
import { planSteps } from "./plan-steps.ts";

const catalog = { byName: new Map([["shop.orders", { tuples: 200_000 }]]) } as unknown as Catalog;
const scan = (type: string, cost: number, rows: number, more: object = {}) => ({
  "Node Type": type,
  "Relation Name": "orders",
  Schema: "shop",
  "Total Cost": cost,
  "Plan Rows": rows,
  ...more,
});

const culprits = (steps: PlanStep[]): string[] => steps.flatMap(({ culprit }) => (culprit === undefined ? [] : [culprit]));

test("a scan that throws nearly everything away is the culprit, with the reason", () => {
  const tree = planSteps(
    {
      "Node Type": "ModifyTable",
      Operation: "Delete",
      "Total Cost": 4000,
      "Plan Rows": 0,
      Plans: [scan("Seq Scan", 4000, 20, { Filter: "(id = 1)" })],
    },
    catalog,
  );
  expect(tree).toMatchObject([
    { depth: 0, node: "Delete" },
    { depth: 1, node: "Seq Scan", object: "shop.orders", condition: "(id = 1)", rows: 20 },
  ]);
  expect(culprits(tree)).toEqual(["reads all 200,000 rows of shop.orders to keep about 20: no index fits the condition"]);
});

test("the inner side of a nested loop costs as often as it is asked", () => {
  const tree = planSteps(
    {
      "Node Type": "Nested Loop",
      "Total Cost": 100_000,
      "Plan Rows": 1000,
      Plans: [scan("Index Scan", 50, 1000, { "Index Name": "orders_pkey" }), scan("Seq Scan", 99, 5, { Filter: "x" })],
    },
    catalog,
  );
  expect(tree[2]!.culprit).toContain("reads all 200,000 rows");
  expect(culprits(tree)).toHaveLength(1);
});

test("a cheap plan, or one whose cost is spread, points at nothing", () => {
  expect(culprits(planSteps({ "Node Type": "Result", "Total Cost": 0, "Plan Rows": 1 }, catalog))).toEqual([]);
  const spread = [1, 2, 3, 4].map(() => scan("Index Scan", 25, 10));
  expect(culprits(planSteps({ "Node Type": "Append", "Total Cost": 100, "Plan Rows": 40, Plans: spread }, catalog))).toEqual([]);
});

test("a plan without end is cut", () => {
  let node: Record<string, unknown> = { "Node Type": "Result", "Total Cost": 1, "Plan Rows": 1 };
  for (let i = 0; i < 500; i++) node = { "Node Type": "Subquery Scan", "Total Cost": 1, "Plan Rows": 1, Plans: [node] };
  expect(planSteps(node, catalog)).toHaveLength(200);
});
