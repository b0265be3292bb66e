import { runCase, type Case } from "./case.ts";
import { sample } from "./choice.ts";
import type { Lane } from "./lane.ts";
import { reduce, type Check, type Reduced } from "./reduce.ts";
import type { Model } from "./schema/model.ts";
import { schema } from "./schema/schema.ts";
import { statement } from "./statements/statement.ts";
import type { Tally } from "./tally.ts";

export interface Failure {
  kind: string;
  count: number;
  first: { parts: readonly string[]; text: string; detail: string };
  /** Finds it again; absent for what is minimal, or a matter of chance. */
  check?: Check;
  reduced?: Reduced;
}

/**
 * Generated schemas and statements until `cases` of them were accepted by the server. Schema n is the same for the same seed whatever
 * the number of lanes. `perSchema` statements are tried on each.
 */
export async function runGenerated(lanes: readonly Lane[], seed: number, cases: number, perSchema: number, tally: Tally): Promise<void> {
  const share = Math.ceil(cases / lanes.length);
  await Promise.all(
    lanes.map(async (lane, at) => {
      let accepted = 0;
      for (let n = at; accepted < share; n += lanes.length) {
        const model = sample(schema, seed * 10_007 + n, 1)[0]!;
        await lane.build(model.parts);
        for (const found of await runSchema(lane, model, seed * 20_011 + n, perSchema, share - accepted)) {
          if (!found.truth.refused) accepted++;
          tally.add(found, model.parts, !model.opaque);
        }
      }
    }),
  );
}

async function runSchema(lane: Lane, model: Model, seed: number, perSchema: number, most: number): Promise<Case[]> {
  const found: Case[] = [];
  for (const { family, text } of sample((choice) => statement(choice, model), seed, perSchema)) {
    if (found.filter((item) => !item.truth.refused).length >= most) break;
    found.push(await runCase(lane, family, text, true));
  }
  return found;
}

/** Reduces the first failure of each kind, at most so many, on one lane. */
export async function reduceFailures(lane: Lane, failures: readonly Failure[]): Promise<void> {
  for (const failure of failures)
    if (failure.check) failure.reduced = await reduce(lane, failure.first.parts, failure.first.text, failure.check);
}
