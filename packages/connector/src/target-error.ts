import type { ErrorCode } from "@interlock/protocol";

/** A fault at a target. `message` never carries the credential. */
export class TargetError extends Error {
  readonly code: ErrorCode;
  /** What was begun there and goes on, although this failed. */
  readonly mayStillRun: string | undefined;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; mayStillRun?: string }) {
    super(message, options);
    this.name = "TargetError";
    this.code = code;
    this.mayStillRun = options?.mayStillRun;
  }
}
