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

/** Whether whoever `mode` keeps away is kept away by `other` as well. */
const coveredBy = (mode: string, other: string): boolean =>
  mode !== other && (CONFLICTS[mode as Mode] ?? []).every((kept) => CONFLICTS[other as Mode]?.includes(kept));

/** Per object the modes that tell who is kept away: one that another of the same object covers is left out (see Lock in the protocol). */
export const tellingLocks = (locks: readonly Lock[]): Lock[] =>
  locks.filter((lock) => !locks.some((other) => other.object === lock.object && coveredBy(lock.mode, other.mode)));

/** Locks of one statement, each object and mode once. */
export class LockSet {
  readonly #locks = new Map<string, Lock>();

  add(object: string, mode: Mode): void {
    this.#locks.set(`${object}/${mode}`, { object, mode });
  }

  list(): Lock[] {
    return tellingLocks([...this.#locks.values()]);
  }
}
