import { createStore } from "../room/store.ts";

const KEY = "interlock.terminals.read-out";

/** Whether terminals are read out in this browser: xterm keeps their lines as text then, which costs time with much output. */
export const readingOut = createStore(typeof localStorage !== "undefined" && localStorage.getItem(KEY) === "on");

export function setReadingOut(on: boolean): void {
  readingOut.set(on);
  if (on) localStorage.setItem(KEY, "on");
  else localStorage.removeItem(KEY);
}
