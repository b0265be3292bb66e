import type { Affected, Command, Execution } from "@interlock/protocol";
import { count } from "../impact/figures.ts";

/** What an undo of a command would do, in words. */
export interface UndoScope {
  /** One line per table and kind of write. Empty when the counters do not tell which rows were kept. */
  lines: { object: string; words: string }[];
  /** Tables that were written beside them, by triggers: what stands there stays. */
  stays: string[];
}

/**
 * What was kept of a run: what the server counted on the tables that the statement and its foreign keys write. Where that does not add up to
 * the rows that were kept (a partition has another name, say), no line is made up.
 */
export function undoScope({ execution, impact, undo }: Pick<Command, "execution" | "impact" | "undo">): UndoScope {
  const own = new Set(
    impact.statements.flatMap(({ effects, cascades }) =>
      [...effects.filter(({ effect }) => effect !== "read"), ...cascades].map(({ object }) => object),
    ),
  );
  const written = (execution?.affected ?? []).filter(({ inserted, updated, deleted }) => inserted + updated + deleted > 0);
  // In the impact's order: what was aimed at, then what hung on it.
  const kept = [...own].flatMap((name) => written.filter(({ object }) => object === name));
  const adds = kept.reduce((sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted, 0) === undo?.rows;
  return {
    lines: adds ? kept.flatMap(inverse) : [],
    stays: written.filter(({ object }) => !own.has(object)).map(({ object }) => object),
  };
}

function inverse({ object, inserted, updated, deleted }: Affected): UndoScope["lines"] {
  const all: [number, string][] = [
    [deleted, `put back ${count(deleted)} deleted ${rowWord(deleted)}`],
    [updated, `change ${count(updated)} ${rowWord(updated)} back`],
    [inserted, `take ${count(inserted)} added ${rowWord(inserted)} out`],
  ];
  return all.flatMap(([n, words]) => (n > 0 ? [{ object, words }] : []));
}

export const rowWord = (n: number) => (n === 1 ? "row" : "rows");

/** Whether it is about objects of a cluster, each by itself, and not about rows within one transaction. */
export const isOfObjects = ({ impact }: Pick<Command, "impact">): boolean => impact.statements.some(({ request }) => request !== undefined);

/** `3 objects`, `1 row`: so many of what a command changes. */
export const thingsOf = (command: Pick<Command, "impact">, n: number): string =>
  `${count(n)} ${isOfObjects(command) ? (n === 1 ? "object" : "objects") : rowWord(n)}`;

type Conflict = NonNullable<Execution["conflicts"]>[number];

/** What an undo found instead of the row that the run had left. */
export const CONFLICT_WORDS: Record<Conflict["reason"], string> = {
  changed: "was changed since",
  gone: "is not there any more",
  exists: "is there again",
  blocked: "is refused by a constraint or trigger",
};

/** `id 21`, `order_id 4, line 2`: the key by which a person finds the row. */
export const keyWords = ({ key }: Pick<Conflict, "key">) =>
  Object.entries(key)
    .map(([name, value]) => `${name} ${value ?? "NULL"}`)
    .join(", ");

/** `2 were changed since, 1 is not there any more`: conflicts by what happened, most frequent first. */
export function conflictSummary(conflicts: readonly Conflict[]): string {
  const groups = [...Map.groupBy(conflicts, ({ reason }) => reason)].toSorted(([, a], [, b]) => b.length - a.length);
  return groups.map(([reason, { length }]) => `${count(length)} ${PLURAL[reason][length === 1 ? 0 : 1]}`).join(", ");
}

const PLURAL: Record<Conflict["reason"], readonly [string, string]> = {
  changed: ["was changed since", "were changed since"],
  gone: ["is not there any more", "are not there any more"],
  exists: ["is there again", "are there again"],
  blocked: ["is refused by a constraint or trigger", "are refused by a constraint or trigger"],
};

/** `DELETE orders · 20 rows`: a command as another one speaks of it. */
export function commandInShort({ title, undo, execution, impact }: Pick<Command, "title" | "undo" | "execution" | "impact">): string {
  const rows =
    undo?.rows ?? (execution?.affected ?? []).reduce((sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted, 0);
  return rows > 0 ? `${title} · ${thingsOf({ impact }, rows)}` : title;
}

/** A day without its time: `21 Dec 2026`. */
export const day = (at: string) =>
  new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" }).format(new Date(at));
