import { APPLY } from "./cases/apply.data.ts";
import type { Case } from "./cases/case.ts";
import { CHANGE } from "./cases/change.data.ts";
import { CREATE } from "./cases/create.data.ts";
import { DELETE } from "./cases/delete.data.ts";
import { READ } from "./cases/read.data.ts";
import { HERE, SEVERAL } from "./cases/several.data.ts";

/** Commands that are written down, for any cluster. */
export const WRITTEN: readonly Case[] = [...CREATE, ...APPLY, ...CHANGE, ...DELETE, ...SEVERAL, ...HERE, ...READ];

/** The commands of a seed. */
export function casesFor(_seed: number): readonly Case[] {
  return WRITTEN;
}
