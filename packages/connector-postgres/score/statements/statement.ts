import type { Choice } from "../choice.ts";
import type { Model } from "../schema/model.ts";
import { alterTable, change, create, drop, partitionWork, truncate } from "./definitions.ts";
import { call, select } from "./reads.ts";
import { deleteRows, insertRows, mergeRows, throughView, updateRows, writingWith, type Family } from "./writes.ts";

/** Every family with its weight. */
const FAMILIES: readonly (readonly [number, string, Family])[] = [
  [16, "delete", deleteRows],
  [16, "update", updateRows],
  [12, "insert", insertRows],
  [5, "merge", mergeRows],
  [5, "with", writingWith],
  [5, "view", throughView],
  [8, "select", select],
  [2, "call", call],
  [4, "truncate", truncate],
  [13, "alter table", alterTable],
  [4, "partition", partitionWork],
  [6, "drop", drop],
  [6, "create", create],
  [7, "change", change],
];

export interface Generated {
  family: string;
  text: string;
}

/** Statements after which the names of a next one may mean something else are left to a text of their own. */
const TOGETHER = new Set(["delete", "update", "insert", "merge", "select", "truncate"]);

/** One statement over the schema. */
export function statement(choice: Choice, model: Model): Generated {
  const first = one(choice, model);
  if (!TOGETHER.has(first.family) || !choice.chance(5)) return first;
  const second = one(choice, model);
  return TOGETHER.has(second.family) ? { family: "several", text: `${first.text};\n${second.text}` } : first;
}

function one(choice: Choice, model: Model): Generated {
  for (;;) {
    const [family, build] = choice.weighted(FAMILIES.map(([weight, name, way]) => [weight, [name, way] as const]));
    const text = build(choice, model);
    if (text !== undefined) return { family, text };
  }
}
