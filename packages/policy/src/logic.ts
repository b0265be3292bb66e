import { type ASTNode, serialize } from "@marcbachmann/cel-js";
import { CEL } from "./cel-environment.ts";
import type { Facts } from "./facts.ts";
import { type FigureReads, figureReads } from "./figures.ts";

/**
 * A predicate by its and, or and not, down to parts without one. So it can be told whether it could hold where some of what it asks about
 * is not known: `a && b` could not, whatever `b` comes to, where `a` is false.
 */
export type Logic =
  | { op: "and" | "or"; left: Logic; right: Logic }
  | { op: "not"; of: Logic }
  | { op: "part"; reads: FigureReads; holds: (facts: Facts) => boolean };

/** Of a tree before its type check, which rewrites it. The expression must have been found to be one. */
export function logicOf(node: ASTNode): Logic {
  if (node.op === "&&" || node.op === "||") {
    const [left, right] = node.args as [ASTNode, ASTNode];
    return { op: node.op === "&&" ? "and" : "or", left: logicOf(left), right: logicOf(right) };
  }
  if (node.op === "!_") return { op: "not", of: logicOf(node.args as ASTNode) };
  const text = serialize(node);
  let program: ReturnType<typeof CEL.parse> | undefined;
  return { op: "part", reads: figureReads(node), holds: (facts) => (program ??= CEL.parse(text))(facts) === true };
}

/** Whether it could be `wanted` where every part that `open` is told of could be anything. What cannot be evaluated could be, too. */
export function could(logic: Logic, wanted: boolean, facts: Facts, open: (reads: FigureReads) => boolean): boolean {
  switch (logic.op) {
    case "not":
      return could(logic.of, !wanted, facts, open);
    case "and":
    case "or": {
      const both = (logic.op === "and") === wanted;
      const left = could(logic.left, wanted, facts, open);
      return both ? left && could(logic.right, wanted, facts, open) : left || could(logic.right, wanted, facts, open);
    }
    case "part":
      if (open(logic.reads)) return true;
      try {
        return logic.holds(facts) === wanted;
      } catch {
        // Alone it may lack what guards it: `"a" in labels && labels.a == "b"`. The whole was evaluated before.
        return true;
      }
  }
}
