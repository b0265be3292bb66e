import type { ErrorCode } from "@interlock/protocol";

/** A fault at a target. `message` never carries the credential. */
export class TargetError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "TargetError";
    this.code = code;
  }
}
