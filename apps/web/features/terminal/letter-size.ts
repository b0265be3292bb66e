import { createStore } from "../room/store.ts";

const KEY = "interlock.terminals.letters";

/** Of letters, in pixels. Below the least nobody reads. */
export const LETTERS = { least: 6, usual: 13, most: 28 } as const;

/** How large letters of terminals are in this browser. */
export const letterSize = createStore<number>(stored());

/** Larger or smaller by a step, or as usual (0); all terminals, and the next time, too. */
export function zoom(step: 1 | -1 | 0): void {
  const next = step === 0 ? LETTERS.usual : Math.min(LETTERS.most, Math.max(LETTERS.least, letterSize.get() + step));
  letterSize.set(next);
  if (next === LETTERS.usual) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, String(next));
}

function stored(): number {
  const size = typeof localStorage === "undefined" ? 0 : Number(localStorage.getItem(KEY));
  return Number.isInteger(size) && size >= LETTERS.least && size <= LETTERS.most ? size : LETTERS.usual;
}
