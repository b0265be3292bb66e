import type { Connection } from "@interlock/protocol";

/** A label by which several hosts can be chosen at once. */
export interface HostLabel {
  /** `role=web`. */
  words: string;
  /** The others that have it. */
  ids: string[];
}

/** Labels of a host that others have as well, then those that only others share; those that choose most first. */
export function labelsInCommon(own: Pick<Connection, "labels">, others: readonly Pick<Connection, "id" | "labels">[]): HostLabel[] {
  const found = new Map<string, string[]>();
  for (const { id, labels } of others)
    for (const [name, value] of Object.entries(labels)) {
      const words = `${name}=${value}`;
      found.set(words, [...(found.get(words) ?? []), id]);
    }
  const mine = new Set(Object.entries(own.labels).map(([name, value]) => `${name}=${value}`));
  return [...found]
    .filter(([words, ids]) => ids.length > 1 || mine.has(words))
    .map(([words, ids]) => ({ words, ids }))
    .toSorted(
      (a, b) => Number(mine.has(b.words)) - Number(mine.has(a.words)) || b.ids.length - a.ids.length || (a.words < b.words ? -1 : 1),
    )
    .slice(0, 12);
}
