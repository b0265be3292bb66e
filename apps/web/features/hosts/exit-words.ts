import type { Exit } from "@interlock/protocol";

/** ` · exit code 2` or ` · ended by signal TERM`; nothing where a program did not run to its end. */
export function exitWords(exit: Exit | undefined): string {
  if (exit?.signal !== undefined) return ` · ended by signal ${exit.signal}`;
  return exit?.code === undefined ? "" : ` · exit code ${exit.code}`;
}
