import type { Range } from "./update-reader.ts";

/** A deleted run and who deleted it; null: the server itself. */
export interface Deletion extends Range {
  userId: string | null;
}

/**
 * Who wrote and who deleted what in one document (I4): the server's own record of which signed-in connection brought which client id and
 * which deletion. Nothing a client says about itself goes into it.
 */
export class Authorship {
  readonly #owners = new Map<number, string | null>();
  /** Per client id, sorted by clock; runs of different people may overlap. */
  readonly #deletions = new Map<number, Deletion[]>();

  /** The person a client id is bound to; undefined while nobody has brought it. */
  owner(client: number): string | null | undefined {
    return this.#owners.get(client);
  }

  bind(client: number, userId: string | null): void {
    this.#owners.set(client, userId);
  }

  deleted(deletion: Deletion): void {
    const runs = this.#deletions.get(deletion.client) ?? [];
    this.#deletions.set(deletion.client, runs);
    const at = firstAfter(runs, deletion.clock);
    const before = runs[at - 1];
    if (before !== undefined && before.userId === deletion.userId && deletion.clock <= before.clock + before.length)
      before.length = Math.max(before.length, deletion.clock + deletion.length - before.clock);
    else runs.splice(at, 0, { ...deletion });
  }

  /** Everybody who deleted any part of the range. */
  *deleters(range: Range): Iterable<string | null> {
    for (const run of this.#deletions.get(range.client) ?? []) {
      if (run.clock >= range.clock + range.length) return;
      if (run.clock + run.length > range.clock) yield run.userId;
    }
  }
}

/** Index of the first run that begins after `clock`. */
function firstAfter(runs: readonly Deletion[], clock: number): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (runs[middle]!.clock <= clock) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same facts in fewer runs. */
export function mergeDeletions(deletions: readonly Deletion[]): Deletion[] {
  const merged: Deletion[] = [];
  const order = (a: Deletion, b: Deletion): number =>
    a.client - b.client || (a.userId ?? "").localeCompare(b.userId ?? "") || a.clock - b.clock;
  for (const run of deletions.toSorted(order)) {
    const last = merged.at(-1);
    if (last !== undefined && last.client === run.client && last.userId === run.userId && run.clock <= last.clock + last.length)
      last.length = Math.max(last.length, run.clock + run.length - last.clock);
    else merged.push({ ...run });
  }
  return merged;
}
