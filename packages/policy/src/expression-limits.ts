import type { ASTNode } from "@marcbachmann/cel-js";
import { CALLS, compilePattern, COMPREHENSIONS, VARIABLES } from "./cel-environment.ts";
import { isTimeZone, MOMENT_GETTERS } from "./moment.ts";
import { callOf, childrenOf, literalText } from "./syntax-tree.ts";
import { misspelt } from "./word-check.ts";

/** `offset` counts UTF-16 units from the start of the expression. */
export interface ExpressionError {
  offset: number;
  message: string;
}

/** What bounds the work of one evaluation, together with the sizes of the lists it meets. */
export interface Shape {
  nodes: number;
  /** How deep iterations nest. */
  depth: number;
  /** Number of `+`, each of which can make a list or text longer. */
  additions: number;
  readsText: boolean;
}

const MOST_DEEP = 3;

/**
 * What the type check lets pass and a policy must not: calls that are not on the list, patterns and zones that are wrong, anything whose work
 * cannot be bounded beforehand. There is no `map` and no `bind`, and inside an iteration `+` needs a literal, because each of them could double
 * a value again and again.
 */
export function checkLimits(root: ASTNode): { shape: Shape; errors: ExpressionError[] } {
  const errors: ExpressionError[] = [];
  const shape: Shape = { nodes: 0, depth: 0, additions: 0, readsText: false };
  walk(root, 0);
  return { shape, errors };

  function refuse(node: ASTNode, message: string): void {
    errors.push({ offset: node.start, message });
  }

  function walk(node: ASTNode, depth: number): void {
    shape.nodes++;
    shape.depth = Math.max(shape.depth, depth);
    const call = callOf(node);
    if (call !== undefined && !CALLS.has(call.name)) {
      const instead = call.name === "matches" ? "; use re(text, pattern), which takes linear time" : "";
      refuse(node, `${call.name}() cannot be used in a policy${instead}`);
      return;
    }
    if (call?.name === "re") checkPattern(node, call.args[1]);
    if (call !== undefined && call.name in MOMENT_GETTERS) checkZone(call.args[0]);
    if (node.op === "+") checkAddition(node, depth);
    if (node.op === "[]") checkIndex(node);
    for (const { literal, words } of misspelt(node)) {
      refuse(literal, `${JSON.stringify(literalText(literal))} is none of ${words.map((word) => JSON.stringify(word)).join(", ")}`);
    }
    if (node.op === "." && node.args[1] === "text") shape.readsText = true;
    if (call?.receiver !== undefined && COMPREHENSIONS.has(call.name)) {
      const [variable, body] = call.args;
      if (variable?.op === "id" && variable.args in VARIABLES)
        refuse(variable, `${variable.args} already means something; call the element otherwise`);
      if (depth + 1 > MOST_DEEP) refuse(node, `iterations nest deeper than ${MOST_DEEP}`);
      walk(call.receiver, depth);
      if (body !== undefined) walk(body, depth + 1);
      return;
    }
    for (const child of childrenOf(node)) walk(child, depth);
  }

  function checkPattern(node: ASTNode, pattern: ASTNode | undefined): void {
    const text = literalText(pattern);
    if (text === undefined) refuse(pattern ?? node, "the pattern of re() must be a text between quotes, so that it can be checked now");
    else if (text.length > 500) refuse(pattern!, "the pattern of re() is longer than 500 characters");
    else {
      try {
        compilePattern(text);
      } catch (error) {
        refuse(pattern!, error instanceof Error ? error.message : String(error));
      }
    }
  }

  function checkZone(zone: ASTNode | undefined): void {
    const text = literalText(zone);
    if (text !== undefined && !isTimeZone(text)) refuse(zone!, `there is no time zone ${JSON.stringify(text)}`);
  }

  function checkAddition(node: ASTNode, depth: number): void {
    shape.additions++;
    const literal = childrenOf(node).some(({ op }) => op === "value");
    if (depth > 0 && !literal) refuse(node, "inside an iteration, one side of + must be a literal");
  }

  function checkIndex(node: ASTNode): void {
    const [base, index] = childrenOf(node);
    const label = base?.op === "." && base.args[1] === "labels";
    const number = index?.op === "value" && typeof index.args === "bigint";
    if (!label && !number) refuse(index ?? node, "only labels are looked up by name, and lists by a whole number");
  }
}
