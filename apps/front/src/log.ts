import { appendFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

/** A log that has grown beyond this is put aside (one generation) when the service starts. */
const ROTATE_BYTES = 10 * 1024 * 1024;

export interface Log {
  /** A line for the person at the terminal. */
  say: (line: string) => void;
  /** A writer of lines to `<home>/logs/<name>.log`; with `mirror`, to standard output, too (containers collect that). */
  file: (name: string) => (line: string) => void;
}

export function createLog(home: string, mirror: boolean): Log {
  return {
    say: (line) => process.stdout.write(`${line}\n`),
    file: (name) => {
      const path = join(home, "logs", `${name}.log`);
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > ROTATE_BYTES) renameSync(path, `${path}.1`);
      return (line) => {
        if (mirror) process.stdout.write(`${name}: ${line}\n`);
        try {
          // Synchronous and rare: the last words before a crash are the ones that matter.
          appendFileSync(path, `${line}\n`, { mode: 0o600 });
        } catch (error) {
          // A full disk must not stop the service for want of a log line; what matters is in the audit log, which fails closed.
          process.stderr.write(`${name}.log: ${(error as Error).message}\n`);
        }
      };
    },
  };
}
