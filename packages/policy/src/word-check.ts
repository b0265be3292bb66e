import { EFFECTS, Environment, ROW_KINDS, Severity } from "@interlock/protocol";
import type { ASTNode } from "@marcbachmann/cel-js";
import { childrenOf, literalText } from "./syntax-tree.ts";

/** Fields that hold one of a few words. A misspelt word would make a comparison false for ever, and a deny that never matches. */
const WORDS: Record<string, readonly string[]> = {
  effect: EFFECTS,
  environment: Environment.options,
  severity: ["", ...Severity.options],
  reversible: ["undo", "partial", "no"],
  via: ["statement", "cascade", "trigger"],
  root: ["yes", "no", "unknown"],
  operation: ["", "create", "update", "delete", "connect"],
};

/** The literals below `node` that are compared with a field that can never hold them, each with the words it can. */
export function misspelt(node: ASTNode): { literal: ASTNode; words: readonly string[] }[] {
  if (node.op !== "==" && node.op !== "!=" && node.op !== "in") return [];
  const [left, right] = childrenOf(node);
  if (left === undefined || right === undefined) return [];
  const words = wordsOf(left) ?? (node.op === "in" ? undefined : wordsOf(right));
  if (words === undefined) return [];
  const literals = node.op === "in" ? (right.op === "list" ? right.args : []) : [left, right];
  return literals.filter((each) => !words.includes(literalText(each) ?? words[0]!)).map((literal) => ({ literal, words }));
}

function wordsOf(node: ASTNode): readonly string[] | undefined {
  if (node.op !== ".") return undefined;
  const [base, field] = node.args;
  // An object's kind is the target's own word; only that of a figure is one of ours.
  if (field === "kind") return base.op === "." && base.args[1] === "rows" ? ROW_KINDS : undefined;
  // Labels and annotations are people's own words, whatever they are called.
  const own = base.op === "." && (base.args[1] === "labels" || base.args[1] === "annotations");
  return Object.hasOwn(WORDS, field) && !own ? WORDS[field] : undefined;
}
