import type { ASTNode } from "@marcbachmann/cel-js";

/** The nodes directly below a node, left to right. */
export function childrenOf(node: ASTNode): ASTNode[] {
  const found: ASTNode[] = [];
  collect(node.args, found);
  return found;
}

function collect(value: unknown, into: ASTNode[]): void {
  if (value === null || typeof value !== "object") return;
  if (Array.isArray(value)) for (const each of value) collect(each, into);
  else if ("op" in value && "args" in value) into.push(value as ASTNode);
}

export interface Call {
  name: string;
  /** Where it is called on a value. */
  receiver?: ASTNode;
  args: ASTNode[];
}

/** A node as a call of a named function or method; undefined for operators and everything else. */
export function callOf(node: ASTNode): Call | undefined {
  if (node.op === "call") return { name: node.args[0], args: node.args[1] };
  if (node.op === "rcall") return { name: node.args[0], receiver: node.args[1], args: node.args[2] };
  return undefined;
}

/** The text of a string literal. */
export function literalText(node: ASTNode | undefined): string | undefined {
  return node?.op === "value" && typeof node.args === "string" ? node.args : undefined;
}
