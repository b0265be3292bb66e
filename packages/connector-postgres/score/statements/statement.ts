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

/** One statement over the schema. */
export function statement(choice: Choice, model: Model): Generated {
  for (;;) {
    const [family, build] = choice.weighted(FAMILIES.map(([weight, name, way]) => [weight, [name, way] as const]));
    const text = build(choice, model);
    if (text !== undefined) return { family, text };
  }
}
