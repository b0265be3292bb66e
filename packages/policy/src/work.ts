import type { Json } from "@interlock/kube-model";
import type { ASTNode } from "@marcbachmann/cel-js";
import { MOST_TEXTS } from "./cel-environment.ts";
import type { Facts } from "./facts.ts";
import { callOf } from "./syntax-tree.ts";

/** Nodes that are visited once each time, and what is gone through item by item. */
export interface Work {
  nodes: number;
  loops: { over: string | undefined; each: Work }[];
}

/** How long a list of that name can be; any list where the name says nothing. */
type Sizes = (list: string | undefined) => number;

/** Upper bound of the nodes that are visited. */
export function costOf({ nodes, loops }: Work, size: Sizes): number {
  return loops.reduce((sum, { over, each }) => sum + size(over) * costOf(each, size), nodes);
}

/** What a list is called where it is gone through: `objects`, `containers` of `after.containers`, `texts` of `after.texts(…)`. */
export function listName(node: ASTNode): string | undefined {
  if (node.op === "id") return node.args;
  if (node.op === ".") return node.args[1];
  return callOf(node)?.name;
}

/** How many values there are in an object, lists and maps not counted; at most as many as `texts` tells. */
function valuesIn(object: Json): number {
  let count = 0;
  const look = (value: Json): void => {
    if (count >= MOST_TEXTS) return;
    if (typeof value === "object" && value !== null) for (const item of Object.values(value)) look(item as Json);
    else count++;
  };
  look(object);
  return count;
}

/** Longest list that can be written into an expression. */
const LITERAL = 200;

const known = new WeakMap<Facts, { named: ReadonlyMap<string, number>; longest: number }>();

/** Of the lists that these facts hold. `additions`: each `+` of an expression can make one longer. */
export function listSizes(facts: Facts, additions: number): Sizes {
  const { named, longest } = known.get(facts) ?? measure(facts);
  return (list) => named.get(list ?? "") ?? longest * (1 + additions);
}

function measure(facts: Facts): { named: ReadonlyMap<string, number>; longest: number } {
  // No path finds more values than the larger of the two objects has.
  const named = new Map<string, number>([["texts", Math.max(valuesIn(facts.before.object), valuesIn(facts.after.object))]]);
  let longest = LITERAL;
  const look = (holder: object): void => {
    for (const [name, value] of Object.entries(holder) as [string, unknown][]) {
      if (typeof value !== "object" || value === null) continue;
      const isList = Array.isArray(value);
      // A map is gone through by its keys.
      const size = isList ? value.length : Object.keys(value).length;
      named.set(name, Math.max(named.get(name) ?? 0, size));
      longest = Math.max(longest, size);
      if (!isList) look(value);
      else for (const item of value) if (typeof item === "object" && item !== null) look(item as object);
    }
  };
  look(facts);
  const found = { named, longest };
  known.set(facts, found);
  return found;
}
