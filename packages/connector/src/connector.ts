import type {
  Affected,
  Completion,
  Diagnostic,
  Effect,
  ErrorCode,
  Impact,
  IssuedToken,
  ObjectCount,
  ObjectEdit,
  ObjectKinds,
  ObjectsChange,
  ObjectText,
  Reachability,
  ReachQuestion,
  Posture,
  RightQuestion,
  SchemaTree,
  WhoMay,
} from "@interlock/protocol";
import type { FileSystem } from "./file-system.ts";
import type { HostKeys } from "./host-keys.ts";
import type { TerminalChannel, TerminalRequest } from "./terminal.ts";

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
  /** What a text reads besides itself. Never throws for any text. Absent where no command of this protocol reads files. */
  files?(text: string): FilesNamed;
  /**
   * What the target's own messages put in quotes: anybody's data (`values`, when absent), which is hidden from those who may not see it, or
   * `names` of objects, without which nobody could tell what a message is about.
   */
  readonly quotes?: "values" | "names";
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
  host?: HostPrograms;
  /** The approved keys of hosts, for protocols that know hosts by theirs. Absent: none is approved. */
  hostKeys?: HostKeys;
}

/** What the operator says of the programs where the agent runs. */
export interface HostPrograms {
  /** Absolute paths of programs that a connector runs, by their names, where they are not in the usual folders. */
  programs?: Readonly<Record<string, string>>;
  /** Absolute paths of programs beyond the connector's own list that a credential may name to be let in. */
  credentialPrograms?: readonly string[];
  /** Absolute paths of the sockets of SSH agents that a credential may name. Absent: none. */
  agentSockets?: readonly string[];
}

/** What commands read besides their text, by name; `-` is standard input. Never read from a disk. */
export type CommandFiles = ReadonlyMap<string, Uint8Array>;

/** The files that a text names. */
export interface FilesNamed {
  names: readonly string[];
  /** Whatever is below these is read; `.` is everything. */
  folders: readonly string[];
  /** It reads the command's standard input. */
  stdin: boolean;
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
  /** It goes on until somebody stops it, e.g. a log that is followed. */
  follows?: boolean;
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

/** What will run, made when it is proposed. */
export interface Planned {
  impact: Impact;
  /** Its `targets` hold a hash of `work`, so that the digest does. */
  resolution: Resolution;
  /** The connector's own bytes. Sensitive: stored encrypted, handed to `execute` alone. Absent where nothing would be written. */
  work?: Uint8Array;
}

export interface PostureOptions {
  /** Only these checks, by their ids. */
  checks?: readonly string[];
  /** Label that says which environment a namespace belongs to. Default `env`. */
  environmentLabel?: string;
}

/** What was read of a target for its checks; some ten megabytes of a large one. */
export interface PostureReading {
  /** Holds the checks against it. Asks nothing of the target. */
  check(options: PostureOptions): Promise<Posture>;
}

/** A kind of objects, by its `apiVersion` and `kind`. */
export interface ReadKind {
  apiVersion: string;
  kind: string;
}

export interface ImpactOptions {
  signal: AbortSignal;
  /** Whether exact counts may be taken; otherwise estimates only. */
  exact: boolean;
  /** Longest that all counting may take together, in milliseconds; what is not counted by then is estimated. Default: short enough to type by. */
  countingMs?: number;
  files?: CommandFiles;
}

/** Everything that talks to one target. All methods reject with TargetError for faults; aborting rejects with code `cancelled`. */
export interface Target {
  /** Resolves when the target answers. */
  ping(signal: AbortSignal): Promise<void>;
  /** What commands of this target need where the agent runs and do not find there, in words that say how to get it; undefined: nothing. */
  lacks?(): Promise<string | undefined>;
  /** What `text` would do. Runs nothing of the user's and changes nothing. Resolves with `unknown` rather than rejecting where it can. */
  impact(text: string, options: ImpactOptions): Promise<Impact>;
  resolve(text: string, signal: AbortSignal): Promise<Resolution>;
  /**
   * Present where what runs is made when a command is proposed, and sent later as it was made: impact, resolution and the sealed work come of
   * one planning. Runs nothing that changes the target.
   */
  plan?(text: string, options: ImpactOptions): Promise<Planned>;
  schema(signal: AbortSignal): Promise<SchemaTree>;
  /**
   * Present where a target has network policies: whether they let a connection through, and what would open it. It only reads. Rejects with
   * `not_found` for names that are not there, and with the target's refusal where what the answer rests on may not be read.
   */
  reach?(question: ReachQuestion, signal: AbortSignal): Promise<Reachability>;
  /** Present where a target's objects can be walked, followed and edited one by one. */
  readonly objects?: ObjectExplorer;
  /**
   * How well it is set up, by checks that each say what they rest on. Present where there are such checks. It only reads, and says what it could
   * not read, also when `signal` ends it before all is read; nothing it tells holds a secret value.
   */
  posture?(signal: AbortSignal): Promise<PostureReading>;
  /**
   * Kinds whose objects `posture`, `roles` and `reach` look into, of the whole target, so that policy can be asked about them. Those of which
   * only names, labels and types are read are not among them, as Secrets are.
   */
  looksInto?(what: "posture" | "roles" | "reach"): readonly ReadKind[];
  /**
   * Who may do what, as the target's own objects say it (roles and their bindings), and in words what of it could not be read. Present where
   * rights are such objects.
   */
  roles?(signal: AbortSignal): Promise<{ objects: readonly Record<string, unknown>[]; unread: readonly string[] }>;
  /** Who may do something, by every role and binding that gives it. Present where `roles` is. It only reads. */
  whoMay?(question: RightQuestion, signal: AbortSignal): Promise<WhoMay>;
  /** Completions at a UTF-16 offset, best first, at most 200. */
  complete?(text: string, offset: number, signal: AbortSignal): Promise<Completion[]>;
  /** The one run of a command, in a clean session of its own. Resolves for every outcome that is known or known to be unknown. */
  execute(request: ExecuteRequest, sink: ExecuteSink, signal: AbortSignal): Promise<ExecuteOutcome>;
  /**
   * What putting back `image` would do, a statement per table and kind of write with exact rows, or per object, and what it would do it to.
   * Runs nothing of the user's. Rejects with `undo_conflict` where that is known already.
   */
  foreseeUndo?(image: UndoImage, options: UndoOptions): Promise<ForeseenUndo>;
  /**
   * Puts back what a run changed: a row or object is touched only where it still is as the run left it. A conflict leaves everything as it
   * is and is named in the outcome. In one transaction under its own guard, where the target has transactions.
   */
  undo?(image: UndoImage, request: UndoRequest, signal: AbortSignal, sink?: ExecuteSink): Promise<ExecuteOutcome>;
  /**
   * Present where people can work in a shell of the target. Resolves once the shell has begun; rejects with TargetError (`target_auth`,
   * `target_down`, `host_key_unknown`, `host_key_changed`, `cancelled` …) where it does not come to that.
   */
  terminal?(request: TerminalRequest, signal: AbortSignal): Promise<TerminalChannel>;
  /** Present where the target has files that people may look at, fetch and put there. */
  readonly fileSystem?: FileSystem;
  close(): Promise<void>;
}

/** An object of a target by its kind's key, its namespace if it is in one, and its name. */
export interface ObjectPlace {
  kind: string;
  namespace?: string;
  name: string;
}

/** The objects of a target. It only reads; nothing it tells holds a secret value. Refusals of the target reject with TargetError, too. */
export interface ObjectExplorer {
  kinds(signal: AbortSignal): Promise<ObjectKinds>;
  /** How many objects of each kind are in a namespace, or of the kinds that are in none. A kind that may not be listed says so. */
  counts(namespace: string | undefined, signal: AbortSignal): Promise<ObjectCount[]>;
  /**
   * Tells what there is of a kind and every change of it, until it is closed. Those who follow the same share one stream from the target;
   * it ends when the last of them closes.
   */
  follow(kind: string, namespace: string | undefined, told: (change: ObjectsChange) => void): { close(): void };
  read(place: ObjectPlace, signal: AbortSignal): Promise<ObjectText>;
  /** JSON schema (draft 7) of a kind, complete in itself; undefined where the target tells none. */
  schema(kind: string, signal: AbortSignal): Promise<Record<string, unknown> | undefined>;
  /**
   * What saving `text` comes to for somebody who was shown `base`. `shown` is how texts of this target are masked before people see them:
   * the object as it is now is compared in that form.
   */
  edit(
    place: ObjectPlace,
    edit: { base: string; text: string; force: boolean; shown: (text: string) => string },
    signal: AbortSignal,
  ): Promise<ObjectEdit>;
}

export interface UndoOptions extends ImpactOptions {
  /** What was changed since is left as it is, and the rest is put back. */
  rest?: boolean;
}

export interface ForeseenUndo extends Planned {
  /** What people read; absent: the statements' texts, joined by line ends. */
  text?: string;
}

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

/** Most rows that are kept of one run, and most bytes of their values: beyond it an undo is a restore, not a command. */
export const CAPTURE_LIMITS = { maxRows: 200_000, maxBytes: 64 * 1024 * 1024 } as const;

/** The rows of one table that a run wrote. */
export interface UndoTable {
  /** `schema.name` of the table that stores the rows. */
  object: string;
  /** OID it had, so that a table of the same name made since is not taken for it. */
  oid: number;
  /** Stored columns in the order of the images; generated ones are left out. */
  columns: { name: string; type: string }[];
  /** Settings under which the values were written as text, e.g. `DateStyle`; they are read back under the same. */
  settings: Record<string, string>;
  /** Names of the columns that find a row: the primary key or another unique, not null one. */
  key: string[];
  /** Values in the server's own text form, `null` for NULL. Without `before` the row was inserted, without `after` deleted. */
  rows: { before?: (string | null)[]; after?: (string | null)[] }[];
}

/** What a run changed, in the order it was done. Holds people's data unmasked: it is stored encrypted and never shown. */
export type UndoImage = RowsImage | ObjectsImage;

export interface RowsImage {
  tables: UndoTable[];
}

/** Of a target without transactions: what was done before a failure stays, and can be put back as well. */
export interface ObjectsImage {
  /** How many would be put back. */
  objects: number;
  /** The connector's own form. */
  kept: string;
}

export interface UndoRequest {
  /** As for a run: what the undo's own impact foretold, triggers included; more is rolled back. */
  guard: { approved: ApprovedWrite[] };
  /** What `foreseeUndo` made, where it made something, and the resolution it was sealed with. */
  work?: { bytes: Uint8Array; resolution: Resolution };
  timeoutMs: number;
  applicationName: string;
  dryRun?: boolean;
}

/** A row or object that is not as the run left it. `key` may be a person's data: mask before it is shown. */
export interface UndoConflict {
  object: string;
  /** Empty where `object` is the thing itself. */
  key: Record<string, string | null>;
  /** `changed`: other values now; `gone`: the row is no longer there; `exists`: one with this key was made since; `blocked`: the server refused. */
  reason: "changed" | "gone" | "exists" | "blocked";
  /** In the target's own words, unmasked. */
  why?: string;
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

/** A fault at a target. `message` never carries the credential. */
export class TargetError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "TargetError";
    this.code = code;
  }
}
