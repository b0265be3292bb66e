import type { AnalysisContext } from "./analysis-context.ts";
import type { Judgement } from "./judge.ts";
import { unwrap, type Node } from "./tree.ts";

/** Whether planning a statement runs nothing of the user's. */
export function isPlannable(tree: Node, context: AnalysisContext, judged: Judgement): boolean {
  if (judged.ownCode || judged.effect === "unknown" || context.after.meaning) return false;
  return !unwrap(tree)?.[1].intoClause;
}
