import type { ASTNode } from "@marcbachmann/cel-js";
import { LOOSE } from "./cel-environment.ts";
import type { Facts } from "./facts.ts";
import { type FigureReads, figureReads } from "./figures.ts";
import { sourceText } from "./source-text.ts";
import { callOf } from "./syntax-tree.ts";

/**
 * A predicate by its and, or, not, exists and all, down to parts without one. So it can be told whether it could hold where some of what it
 * asks about is not known: `a && b` could not, whatever `b` comes to, where `a` is false, nor could `list.exists(x, a && b)` where `a` is
 * false for each of a list that is known.
 */
export type Logic =
  | { op: "and" | "or"; left: Logic; right: Logic }
  | { op: "not"; of: Logic }
  | { op: "exists" | "all"; list: Part; element: string; body: Logic }
  | { op: "part"; part: Part };

interface Part {
  reads: FigureReads;
  value: (facts: Bound) => unknown;
}

/** Facts and the elements that iterations stand at. */
type Bound = Facts & Readonly<Record<string, unknown>>;

/** Of a tree before its type check, which rewrites it. The expression must have been found to be one. */
export function logicOf(node: ASTNode): Logic {
  if (node.op === "&&" || node.op === "||") {
    const [left, right] = node.args as [ASTNode, ASTNode];
    return { op: node.op === "&&" ? "and" : "or", left: logicOf(left), right: logicOf(right) };
  }
  if (node.op === "!_") return { op: "not", of: logicOf(node.args as ASTNode) };
  const call = callOf(node);
  const [element, body] = call?.args ?? [];
  if (call?.receiver !== undefined && (call.name === "exists" || call.name === "all") && element?.op === "id" && body !== undefined)
    return { op: call.name, list: partOf(call.receiver), element: element.args, body: logicOf(body) };
  return { op: "part", part: partOf(node) };
}

function partOf(node: ASTNode): Part {
  const text = sourceText(node);
  let program: ReturnType<typeof LOOSE.parse> | undefined;
  return { reads: figureReads(node), value: (facts) => (program ??= LOOSE.parse(text))(facts) };
}

/** Whether it could be true where every part that `open` is told of could be anything. What cannot be evaluated could be, too. */
export function couldHold(logic: Logic, facts: Facts, open: (reads: FigureReads) => boolean): boolean {
  return could(logic, true, facts as Bound, open);
}

function could(logic: Logic, wanted: boolean, facts: Bound, open: (reads: FigureReads) => boolean): boolean {
  switch (logic.op) {
    case "not":
      return could(logic.of, !wanted, facts, open);
    case "and":
    case "or": {
      const both = (logic.op === "and") === wanted;
      const left = could(logic.left, wanted, facts, open);
      return both ? left && could(logic.right, wanted, facts, open) : left || could(logic.right, wanted, facts, open);
    }
    case "exists":
    case "all": {
      const list = known(logic.list, facts, open);
      if (!Array.isArray(list)) return true;
      const each = (item: unknown): boolean => could(logic.body, wanted, { ...facts, [logic.element]: item }, open);
      return (logic.op === "all") === wanted ? list.every(each) : list.some(each);
    }
    case "part": {
      const value = known(logic.part, facts, open);
      return value === undefined || value === wanted;
    }
  }
}

/** Undefined where it could be anything. */
function known({ reads, value }: Part, facts: Bound, open: (reads: FigureReads) => boolean): unknown {
  if (open(reads)) return undefined;
  try {
    return value(facts);
  } catch {
    // Alone it may lack what guards it: `"a" in labels && labels.a == "b"`. The whole was evaluated before.
    return undefined;
  }
}
