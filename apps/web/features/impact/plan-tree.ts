import type { PlanStep } from "@interlock/protocol";

/** A step with those it draws from. */
export interface PlanNode {
  step: PlanStep;
  children: PlanNode[];
}

/** The tree that steps in pre-order with their depths are of. */
export function planTree(steps: readonly PlanStep[]): PlanNode[] {
  const roots: PlanNode[] = [];
  const open: PlanNode[] = [];
  for (const step of steps) {
    const node: PlanNode = { step, children: [] };
    // A depth that skips a level hangs below what is there.
    open.length = Math.min(step.depth, open.length);
    (open.at(-1)?.children ?? roots).push(node);
    open.push(node);
  }
  return roots;
}
