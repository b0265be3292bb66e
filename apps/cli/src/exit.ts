/** Exit codes, the same for every command. */
export const EXIT = { ok: 0, finding: 1, usage: 2, unreachable: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command ends early. `message` goes to standard error as it is, without a stack. */
export class Stop extends Error {
  readonly code: ExitCode;
  constructor(code: ExitCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "Stop";
    this.code = code;
  }
}
export const usage = (message: string): Stop => new Stop(EXIT.usage, `${message}\nTry: interlock --help`);
export const unreachable = (message: string, cause?: unknown): Stop => new Stop(EXIT.unreachable, message, { cause });
