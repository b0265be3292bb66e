import type { Impact, Loss } from "@interlock/protocol";

/** What an undo would not bring back, each once: what somebody misses, and what nobody does. */
export function losses({ statements }: Pick<Impact, "statements">): { grave: Loss[]; minor: Loss[] } {
  const all = new Map(statements.flatMap(({ lost = [] }) => lost.map((loss) => [`${loss.object} ${loss.why}`, loss] as const)));
  return { grave: [...all.values()].filter(({ minor }) => minor !== true), minor: [...all.values()].filter(({ minor }) => minor === true) };
}
