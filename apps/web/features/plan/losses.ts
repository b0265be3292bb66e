import type { Impact, Loss } from "@interlock/protocol";
import type { Reversal } from "../impact/reversal.ts";
import { shortName } from "./plan-words.ts";

/** What an undo would not bring back, each once: what somebody misses, and what nobody does. */
export function losses({ statements }: Pick<Impact, "statements">): { grave: Loss[]; minor: Loss[] } {
  const all = new Map(statements.flatMap(({ lost = [] }) => lost.map((loss) => [`${loss.object} ${loss.why}`, loss] as const)));
  return { grave: [...all.values()].filter(({ minor }) => minor !== true), minor: [...all.values()].filter(({ minor }) => minor === true) };
}

/** Objects named on one line. */
const NAMED = 2;

/** The same as `reversal` for one line: which objects would not be as before, instead of a sentence about each. */
export function reversalInShort(reversal: Reversal, impact: Pick<Impact, "statements">): Reversal {
  const objects = [...new Set(losses(impact).grave.map(({ object }) => shortName(object)))];
  if (objects.length === 0) return reversal;
  const more = objects.length > NAMED ? ` and ${objects.length - NAMED} more` : "";
  return { ...reversal, why: `not all of ${objects.slice(0, NAMED).join(", ")}${more}` };
}
