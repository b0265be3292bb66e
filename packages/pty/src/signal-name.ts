import { constants } from "node:os";

/** The name of a signal without SIG; its number where this machine has no name for it. */
export function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(([, one]) => one === number);
  return found === undefined ? String(number) : found[0].slice("SIG".length);
}
