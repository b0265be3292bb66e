import type { PlanStep } from "@interlock/protocol";
import { expect, test } from "vitest";
import { type PlanNode, planTree } from "./plan-tree.ts";

const steps = (...depths: number[]): PlanStep[] => depths.map((depth, at) => ({ depth, node: `${at}`, cost: 1, rows: 1 }));
const written = (nodes: readonly PlanNode[]): string =>
  nodes.map(({ step, children }) => (children.length > 0 ? `${step.node}(${written(children)})` : step.node)).join(" ");

test.each([
  [[0], "0"],
  [[0, 1, 2, 1, 2, 2], "0(1(2) 3(4 5))"],
  [[0, 0], "0 1"],
  [[0, 2, 1], "0(1 2)"],
  [[], ""],
] as const)("%j is the tree %s", (depths, tree) => expect(written(planTree(steps(...depths)))).toBe(tree));
