import { createStore } from "../room/store.ts";
import type { EchoMode } from "./predictive-echo.ts";

const KEY = "interlock.terminals.echo";

/** When letters are shown before the shell has echoed them, in this browser. */
export const echoChoice = createStore<EchoMode>(stored());

export function chooseEcho(mode: EchoMode): void {
  echoChoice.set(mode);
  if (mode === "auto") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, mode);
}

function stored(): EchoMode {
  const mode = typeof localStorage === "undefined" ? null : localStorage.getItem(KEY);
  return mode === "on" || mode === "off" ? mode : "auto";
}
