import type { Lock } from "@interlock/protocol";

/**
 * PostgreSQL's table-level modes, weakest first, and what each keeps others from while it is held. Documentation, “Explicit Locking”,
 * table 13.2; a plain SELECT takes ACCESS SHARE, INSERT, UPDATE and DELETE take ROW EXCLUSIVE.
 */
const MODES: readonly (readonly [mode: string, blocks: string])[] = [
  ["AccessShareLock", "blocks no reads or writes"],
  ["RowShareLock", "blocks no reads or writes"],
  ["RowExclusiveLock", "blocks no reads"],
  ["ShareUpdateExclusiveLock", "blocks no reads or writes"],
  ["ShareLock", "blocks writes"],
  ["ShareRowExclusiveLock", "blocks writes"],
  ["ExclusiveLock", "blocks writes"],
  ["AccessExclusiveLock", "blocks reads and writes"],
];

const strength = ({ mode }: Pick<Lock, "mode">) => MODES.findIndex(([name]) => name === mode);
const FIRST_GRAVE = strength({ mode: "ShareLock" });

/** Whether others cannot write meanwhile. A mode this page does not know counts as one. */
export const isGrave = (lock: Pick<Lock, "mode">) => strength(lock) < 0 || strength(lock) >= FIRST_GRAVE;

/** What it keeps others from: `blocks reads and writes`; `may block everything` for a mode this page does not know. */
export const blocks = (lock: Pick<Lock, "mode">) => MODES[strength(lock)]?.[1] ?? "may block everything";

/** `AccessExclusive`: PostgreSQL's own name without its end. */
export const modeName = ({ mode }: Pick<Lock, "mode">) => mode.replace(/Lock$/u, "");

/** Worst first; a mode this page does not know is taken for the worst. */
export const worstFirst = <L extends Lock>(locks: readonly L[]): L[] =>
  locks.toSorted((a, b) => (strength(b) < 0 ? MODES.length : strength(b)) - (strength(a) < 0 ? MODES.length : strength(a)));

/**
 * Objects held alike together, worst first: an ordinary write holds the same on many tables. `mode` is the strongest on each of them, which
 * alone tells who is kept away; `weaker` are the others.
 */
export function byMode(locks: readonly Lock[]): { mode: string; weaker: string[]; objects: string[] }[] {
  const held = [...Map.groupBy(worstFirst(locks), ({ object }) => object)].map(([object, modes]) => ({
    object,
    modes: [...new Set(modes.map(({ mode }) => mode))],
  }));
  return [...Map.groupBy(held, ({ modes }) => modes.join()).values()].map((alike) => {
    const [mode, ...weaker] = alike[0]!.modes;
    return { mode: mode!, weaker, objects: alike.map(({ object }) => object) };
  });
}
