import type { Affected, ErrorCode, IssuedToken } from "@interlock/protocol";
import type { CommandFiles, Resolution } from "./connector.ts";
import type { UndoImage, UndoConflict } from "./undo.ts";

/** Most rows that may be written to one object before the guard rolls back. */
export interface ApprovedWrite {
  object: string;
  rows: number;
}

export interface ExecuteRequest {
  /** The frozen bytes. */
  text: string;
  /** What `plan` made for this command. */
  work?: Uint8Array;
  /** As they were frozen. */
  files?: CommandFiles;
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
  /**
   * Present: keep what is needed to put the rows or objects back, and hand it to `sink.captured` before COMMIT, or before the first write
   * where nothing commits. A run that was promised to be reversible and of which not all can be kept changes nothing: `undo_lost`.
   */
  capture?: { maxRows: number; maxBytes: number };
  /** Does everything but COMMIT: counts, compares with the guard and always rolls back. */
  dryRun?: boolean;
  /**
   * Asked for every secret value that a read meets; true leaves it readable in the rows, and nowhere else. Whoever answers keeps that it did.
   * Absent: none is shown.
   */
  showSecret?: (value: SecretKey) => boolean;
}

/** One value of a Kubernetes Secret. */
export interface SecretKey {
  namespace: string;
  name: string;
  key: string;
}

/** Something that is not as it was when the command was agreed to. */
export interface Drift {
  object: string;
  /** In words that go on after the object's name. */
  why: string;
}

export interface SourceColumn {
  name: string;
  /** Type name, e.g. `int8`. */
  type: string;
  /** Every stored column its values can derive from, as lower-case `schema.table.column`; `unknown` when that cannot be said. Empty: constants only. */
  sources: readonly string[] | "unknown";
  /** False for types whose text form cannot hold a person's data (booleans, timestamps, small numbers, enums …); detectors skip those. */
  searchable: boolean;
  /** True only where its values are those of one stored column, unchanged. */
  stored: boolean;
}

/** A token that the target gave a run, for whoever proposed it. Sensitive: kept in memory alone, handed out once, never told or stored. */
export interface GivenToken {
  facts: Omit<IssuedToken, "keptUntil" | "state" | "fetchedAt">;
  token: string;
  /** The target's own form of a way in with this token and nothing of the connection's credential. */
  kubeconfig: string;
  /** What may keep that way in from working elsewhere, in words. */
  warnings: readonly string[];
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
  /**
   * What undo would need, when asked for by `capture`; COMMIT, or the first write, waits for it and does not happen if it rejects. Called
   * again in place of the first where how the run left things is only known afterwards.
   */
  captured?(image: UndoImage): Promise<void>;
  /** A token that the target gave. The run goes on when it is taken, and ends where it cannot be; without this nobody is given it. */
  issued?(token: GivenToken): Promise<void>;
}

export interface ExecuteOutcome {
  state: "succeeded" | "failed" | "cancelled" | "rolled_back" | "unknown";
  affected: Affected[];
  /** `message` is the target's own and unmasked: it may carry row values. */
  error?: { code: ErrorCode; message: string; statement?: number };
  /** Of a program that ran to its end: how it ended. A `signal` is a name without SIG. */
  exit?: { code?: number; signal?: string };
  /** Where actual exceeded approved. */
  guard?: { object: string; approved: number; actual: number }[];
  /** Rows an undo found other than the run left them; at most 1,000 of them, `conflictCount` says how many there are. */
  conflicts?: UndoConflict[];
  conflictCount?: number;
  /** With `targets_changed`: what has changed, at most 1,000 of it. Nothing was done. */
  drift?: Drift[];
  /** After a dry run: what the rollback did not take back, e.g. sequences advanced, in words for people. */
  notTakenBack?: string[];
}
