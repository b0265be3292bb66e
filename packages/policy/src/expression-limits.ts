import type { ASTNode } from "@marcbachmann/cel-js";
import { CALLS, compilePattern, COMPREHENSIONS, FIELD_CALLS, VARIABLES } from "./cel-environment.ts";
import { EACH, parseFieldPath } from "./field-path.ts";
import { isTimeZone, MOMENT_GETTERS } from "./moment.ts";
import { callOf, childrenOf, literalText } from "./syntax-tree.ts";
import { misspelt } from "./word-check.ts";
import { listName, type Work } from "./work.ts";

/** `offset` counts UTF-16 units from the start of the expression. */
export interface ExpressionError {
  offset: number;
  message: string;
}

/** What bounds the work of one evaluation, together with the sizes of the lists it meets. */
export interface Shape {
  work: Work;
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
  const shape: Shape = { work: { nodes: 0, loops: [] }, additions: 0, readsText: false };
  walk(root, 0, shape.work);
  return { shape, errors };

  function refuse(node: ASTNode, message: string): void {
    errors.push({ offset: node.start, message });
  }

  function walk(node: ASTNode, depth: number, work: Work): void {
    work.nodes++;
    const call = callOf(node);
    if (call !== undefined && !CALLS.has(call.name)) {
      const instead = call.name === "matches" ? "; use re(text, pattern), which takes linear time" : "";
      refuse(node, `${call.name}() cannot be used in a policy${instead}`);
      return;
    }
    if (call?.name === "re") checkPattern(node, call.args[1]);
    if (call?.receiver !== undefined && FIELD_CALLS.has(call.name)) checkPath(node, call.name, call.args[0]);
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
      walk(call.receiver, depth, work);
      const each: Work = { nodes: 0, loops: [] };
      work.loops.push({ over: listName(call.receiver), each });
      if (body !== undefined) walk(body, depth + 1, each);
      return;
    }
    for (const child of childrenOf(node)) walk(child, depth, work);
  }

  function checkPath(node: ASTNode, name: string, path: ASTNode | undefined): void {
    const text = literalText(path);
    const steps = text === undefined ? undefined : parseFieldPath(text);
    if (text === undefined) refuse(path ?? node, `the path of ${name}() must be a text between quotes, so that it can be checked now`);
    else if (steps === undefined)
      refuse(path!, `${JSON.stringify(text)} is no path: write it like spec.rules[0].host or metadata.labels["example.com/tier"]`);
    else if (steps.includes(EACH) && name !== "texts" && name !== "sets")
      refuse(path!, `${name}() is about one value; texts() goes through all of [*]`);
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
    const label = base?.op === "." && (base.args[1] === "labels" || base.args[1] === "annotations");
    const number = index?.op === "value" && typeof index.args === "bigint";
    if (!label && !number) refuse(index ?? node, "only labels and annotations are looked up by name, and lists by a whole number");
  }
}
