import { APPLY } from "./cases/apply.data.ts";
import type { Case } from "./cases/case.ts";
import { Chance } from "./chance.ts";
import { CHANGE } from "./cases/change.data.ts";
import { CREATE } from "./cases/create.data.ts";
import { DELETE } from "./cases/delete.data.ts";
import { READ } from "./cases/read.data.ts";
import { generatedCases } from "./cases/generated.ts";
import { HERE, SEVERAL } from "./cases/several.data.ts";

/** Commands that are written down, for any cluster. */
export const WRITTEN: readonly Case[] = [...CREATE, ...APPLY, ...CHANGE, ...DELETE, ...SEVERAL, ...HERE, ...READ];

/** Commands drawn by lot beside them. */
const DRAWN = 60;

/** The commands of a seed. */
export function casesFor(seed: number): readonly Case[] {
  return seed === 0 ? WRITTEN : [...WRITTEN, ...generatedCases(new Chance(seed), DRAWN)];
}
