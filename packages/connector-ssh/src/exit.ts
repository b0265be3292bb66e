/** What the library tells with the closing of a channel: a code; null and a signal's name; nothing where the host said nothing. */
export type ExitArguments = [code?: number | null, signal?: string];

/** How a program ended. `signal` is a name without SIG. */
export function exitOf([code, signal]: ExitArguments): { exitCode?: number; signal?: string } {
  if (typeof code === "number") return { exitCode: code };
  return signal === undefined ? {} : { signal: signal.replace(/^SIG/, "") };
}
