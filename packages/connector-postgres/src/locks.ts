import type { Lock } from "@interlock/protocol";

/** PostgreSQL's table lock modes, weakest first. */
export const MODES = [
  "AccessShareLock",
  "RowShareLock",
  "RowExclusiveLock",
  "ShareUpdateExclusiveLock",
  "ShareLock",
  "ShareRowExclusiveLock",
  "ExclusiveLock",
  "AccessExclusiveLock",
] as const;
export type Mode = (typeof MODES)[number];

/** Which modes each conflicts with, as bit masks over MODES (the table in PostgreSQL's chapter on explicit locking). */
const CONFLICTS: Record<Mode, readonly Mode[]> = {
  AccessShareLock: ["AccessExclusiveLock"],
  RowShareLock: ["ExclusiveLock", "AccessExclusiveLock"],
  RowExclusiveLock: ["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"],
  ShareUpdateExclusiveLock: ["ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"],
  ShareLock: ["RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"],
  ShareRowExclusiveLock: [
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
  ],
  ExclusiveLock: [
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
  ],
  AccessExclusiveLock: MODES,
};

export const conflicts = (wanted: string, held: string): boolean => CONFLICTS[wanted as Mode]?.includes(held as Mode) ?? true;

/** Locks of one statement, each object and mode once. */
export class LockSet {
  readonly #modes = new Map<string, Set<Mode>>();

  add(object: string, mode: Mode): void {
    const modes = this.#modes.get(object);
    if (modes) modes.add(mode);
    else this.#modes.set(object, new Set([mode]));
  }

  /** Objects as they came, of each the strongest mode first. */
  list(): Lock[] {
    return [...this.#modes].flatMap(([object, modes]) => MODES.toReversed().flatMap((mode) => (modes.has(mode) ? { object, mode } : [])));
  }
}
