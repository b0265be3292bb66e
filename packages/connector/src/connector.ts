import type { Affected, Completion, Diagnostic, Effect, ErrorCode, Impact, SchemaTree } from "@interlock/protocol";

/**
 * One protocol. A connector is one folder behind this interface; optional abilities are optional methods. It never imports another
 * connector, keeps no state of its own, and treats whatever it cannot understand as effect `unknown` (I3).
 */
export interface Connector<Secret = unknown> {
  /** Name used in connections and policy, e.g. `postgres`. */
  readonly name: string;
  /** Editor language id, e.g. `sql`. */
  readonly language: string;
  /** Splits and classifies without touching a target. Never throws for any text. */
  parse(text: string): Parsed;
  /** Checks a decrypted secret's shape; throws with a message that does not contain it. */
  readSecret(json: unknown): Secret;
  /** A fresh instance for one connection. Opens sockets lazily. */
  open(options: OpenOptions<Secret>): Target;
}

export interface OpenOptions<Secret> {
  connectionName: string;
  secret: Secret;
  /** Columns whose values are masked, as lower-case `schema.table.column` patterns where `*` stands for any one part. */
  maskedColumns: () => readonly string[];
}

export interface ParsedStatement {
  index: number;
  /** UTF-16 units, end exclusive, without the separator. */
  start: number;
  end: number;
  text: string;
  /** What can be said from the text alone; `unknown` when that is not enough. */
  effect: Effect;
  title: string;
}

export interface Parsed {
  statements: ParsedStatement[];
  /** Empty when the whole text parses. */
  diagnostics: Diagnostic[];
}

/** What names stand for right now; goes into the digest and is compared again before the run (I2). */
export interface Resolution {
  database: string;
  /** The target role the command will run as. */
  role: string;
  /** Sorted, one line per resolved object, e.g. `payments.orders=table:16412`. */
  targets: string[];
  /** Other session facts that change meaning, e.g. `search_path`. Sorted by key. */
  settings: Record<string, string>;
}

export interface ImpactOptions {
  signal: AbortSignal;
  /** Whether exact counts may be taken; otherwise estimates only. */
  exact: boolean;
  /** Longest that all counting may take together, in milliseconds; what is not counted by then is estimated. Default: short enough to type by. */
  countingMs?: number;
}

/** Everything that talks to one target. All methods reject with TargetError for faults; aborting rejects with code `cancelled`. */
export interface Target {
  /** Resolves when the target answers. */
  ping(signal: AbortSignal): Promise<void>;
  /** What `text` would do. Runs nothing of the user's and changes nothing. Resolves with `unknown` rather than rejecting where it can. */
  impact(text: string, options: ImpactOptions): Promise<Impact>;
  resolve(text: string, signal: AbortSignal): Promise<Resolution>;
  schema(signal: AbortSignal): Promise<SchemaTree>;
  /** Completions at a UTF-16 offset, best first, at most 200. */
  complete?(text: string, offset: number, signal: AbortSignal): Promise<Completion[]>;
  /** The one run of a command, in a clean session of its own. Resolves for every outcome that is known or known to be unknown. */
  execute(request: ExecuteRequest, sink: ExecuteSink, signal: AbortSignal): Promise<ExecuteOutcome>;
  close(): Promise<void>;
}

/** Most rows that may be written to one object before the guard rolls back. */
export interface ApprovedWrite {
  object: string;
  rows: number;
}

export interface ExecuteRequest {
  /** The frozen bytes. */
  text: string;
  /** From the frozen row; compared with a fresh resolve in the session that runs, `targets_changed` when they differ. */
  resolution: Resolution;
  /** `read` runs read-only as the reading role; all else as the writing role. */
  access: "read" | "write";
  /** Present: run under the commit guard. A write to an object that is not listed counts as more than approved. */
  guard?: { approved: ApprovedWrite[] };
  timeoutMs: number;
  /** Rows sent per result; beyond it the result is truncated and the rest never fetched. */
  rowCap: number;
  /** Shown by the target, e.g. `interlock:oncall`. */
  applicationName: string;
}

export interface SourceColumn {
  name: string;
  /** Type name, e.g. `int8`. */
  type: string;
  /** Every stored column its values can derive from, as lower-case `schema.table.column`; `unknown` when that cannot be said. Empty: constants only. */
  sources: readonly string[] | "unknown";
  /** False for types whose text form cannot hold a person's data (booleans, timestamps, small numbers, enums …); detectors skip those. */
  searchable: boolean;
}

/** Receives what the run produces, in order. A returned promise is back-pressure: nothing more is fetched until it settles. */
export interface ExecuteSink {
  /** A result set begins. */
  columns(statement: number, columns: SourceColumn[]): void | Promise<void>;
  /** DataRow messages back to back (see protocol/result-chunk.ts), valid until the returned promise settles, at most until the run is stopped. */
  rows(statement: number, dataRows: Uint8Array, count: number): void | Promise<void>;
  /** The result set is complete; `truncated` when rows were left behind. */
  end(statement: number, truncated: boolean): void | Promise<void>;
  /** A server notice, unmasked; a last line `LOCATION: …` where it was said by code in the target rather than by the server itself. */
  notice(statement: number, text: string): void;
}

export interface ExecuteOutcome {
  state: "succeeded" | "failed" | "cancelled" | "rolled_back" | "unknown";
  affected: Affected[];
  /** `message` is the target's own and unmasked: it may carry row values. */
  error?: { code: ErrorCode; message: string; statement?: number };
  /** Where actual exceeded approved. */
  guard?: { object: string; approved: number; actual: number }[];
}

/** A fault at a target. `message` never carries the credential. */
export class TargetError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "TargetError";
    this.code = code;
  }
}
