import type {
  Completion,
  Diagnostic,
  Effect,
  Impact,
  Reachability,
  ReachQuestion,
  RightQuestion,
  SchemaTree,
  WhoMay,
} from "@interlock/protocol";
import type { ExecuteRequest, ExecuteSink, ExecuteOutcome } from "./execute.ts";
import type { FileSystem } from "./file-system.ts";
import type { HostKeys } from "./host-keys.ts";
import type { ObjectExplorer } from "./object-explorer.ts";
import type { PostureReading, ReadKind } from "./posture.ts";
import type { PodFacts, PodProgram, TerminalChannel, TerminalRequest } from "./terminal.ts";
import type { UndoImage, UndoOptions, ForeseenUndo, UndoRequest } from "./undo.ts";

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
  /** Whether a text is one thing from beginning to end, so that a part of it is not what a cursor in it means. */
  isWhole?(text: string): boolean;
  /** What a text reads besides itself. Never throws for any text. Absent where no command of this protocol reads files. */
  files?(text: string): FilesNamed;
  /**
   * What the target's own messages put in quotes: anybody's data (`values`, when absent), which is hidden from those who may not see it, or
   * `names` of objects, without which nobody could tell what a message is about.
   */
  readonly quotes?: "values" | "names";
  /**
   * Whether one command may run on several of its targets. Then nothing is planned, counted by a guard or kept for an undo, and a run has one
   * result, of number 0.
   */
  readonly severalTargets?: true;
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
  /** Accounts of the machine that the agent runs on, as which shells may be opened there. Absent: none. */
  localAccounts?: readonly string[];
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
  /** Present where terminals are opened in pods. It only reads. Rejects with `not_found`, and `forbidden` in the target's words. */
  pod?(pod: Pick<PodProgram, "namespace" | "name">, signal: AbortSignal): Promise<PodFacts>;
  /** Present where the target has files that people may look at, fetch and put there. */
  readonly fileSystem?: FileSystem;
  close(): Promise<void>;
}
