import type { Impact } from "@interlock/protocol";
import { claimOf } from "./claim.ts";
import { compare, type Compared, type Miss } from "./compare.ts";
import type { Lane } from "./lane.ts";
import { takeEstimate, type Estimate } from "./peer.ts";
import type { Truth } from "./truth.ts";

/** One statement, asked about and run. */
export interface Case {
  family: string;
  text: string;
  impact: Impact;
  truth: Truth;
  compared: Compared;
  /** For statements that write rows: what is said without counting, beside the peer's method. */
  estimate?: Estimate;
}

export async function runCase(lane: Lane, family: string, text: string, withEstimate: boolean): Promise<Case> {
  const impact = await lane.impact(text);
  const truth = await lane.truth(text);
  const compared = compare(claimOf(impact), truth, lane.before);
  const estimate = withEstimate && !truth.refused ? await takeEstimate(lane, text, truth) : undefined;
  return { family, text, impact, truth, compared, ...(estimate ? { estimate } : {}) };
}

/** The kind of a miss, names and numbers left out: misses of one kind are likely to have one cause. */
export const missKind = ({ figure, detail }: Miss): string =>
  `${figure}: ${detail
    .split(", not ")[0]!
    .replaceAll(/(app|public|added)\.[\w" ]*?(?=[/:]| (is|was)\b)/g, "…")
    .replaceAll(/\d+/g, "n")}`;
