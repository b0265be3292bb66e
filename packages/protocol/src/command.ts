import { z } from "zod";
import { ErrorCode } from "./errors.ts";
import { Upload } from "./host-file.ts";
import { Effect, Impact } from "./impact.ts";
import { Verdict } from "./verdict.ts";

export const COMMAND_STATES = [
  "proposed",
  "denied",
  "awaiting_review",
  "approved",
  "running",
  "succeeded",
  "failed",
  "cancelled",
  "rolled_back",
  "unknown",
  "rejected",
  "withdrawn",
  "expired",
] as const;
export const CommandState = z.enum(COMMAND_STATES);
export type CommandState = z.infer<typeof CommandState>;

/** States that never change again. */
export const FINAL_STATES: ReadonlySet<CommandState> = new Set([
  "denied",
  "succeeded",
  "failed",
  "cancelled",
  "rolled_back",
  "unknown",
  "rejected",
  "withdrawn",
  "expired",
]);

export const Person = z.object({ id: z.string(), name: z.string(), displayName: z.string(), color: z.string() });
export type Person = z.infer<typeof Person>;

export const Review = z.object({
  id: z.string(),
  reviewer: Person,
  decision: z.enum(["approve", "reject"]),
  /** The group whose seat this approval fills; absent for a rejection. */
  group: z.string().optional(),
  comment: z.string().optional(),
  at: z.iso.datetime(),
});
export type Review = z.infer<typeof Review>;

export const ResultColumn = z.object({
  name: z.string(),
  /** The target's type name, e.g. `int8`. */
  type: z.string(),
  /** `full`: every value was masked by lineage; `detect`: values were searched; `none`: nothing can be sensitive here. */
  mask: z.enum(["none", "detect", "full"]),
});
export type ResultColumn = z.infer<typeof ResultColumn>;

/** One result set of an execution. Rows are read as chunks (see result-chunk.ts). */
export const ResultSummary = z.object({
  /** Index of the statement in the command. */
  statement: z.number().int().nonnegative(),
  columns: z.array(ResultColumn),
  rows: z.number().int().nonnegative(),
  /** Closed chunks that can be read now. */
  chunks: z.number().int().nonnegative(),
  /** First row number of every chunk is index × rowsPerChunk only if this is true; else the chunk header says. */
  truncated: z.boolean(),
  done: z.boolean(),
  /** It goes on until somebody stops it: whoever looks wants its end, not its beginning. */
  follows: z.boolean().optional(),
  /** Of a command on several hosts: the connection it came from; `statement` is then the host's place in the list, from 0. */
  host: z.string().optional(),
});
export type ResultSummary = z.infer<typeof ResultSummary>;

export const Affected = z.object({ object: z.string(), inserted: z.number(), updated: z.number(), deleted: z.number() });
export type Affected = z.infer<typeof Affected>;

/**
 * What everybody may know of a token that a run was given. The token itself is handed to the command's proposer alone, once, by
 * `POST /api/v1/commands/{id}/tokens`; until then it is in the agent's memory and nowhere else.
 */
export const IssuedToken = z.object({
  /** Which of the command's requests it is the answer to, from 0. */
  statement: z.number().int().nonnegative(),
  account: z.object({ namespace: z.string(), name: z.string() }),
  /** As the server gave them. */
  audiences: z.array(z.string()),
  /** By the server, which may give another time than was asked for. */
  expiresAt: z.iso.datetime(),
  boundTo: z.object({ kind: z.string(), name: z.string() }).optional(),
  /** The `jti` of the token, by which the server's audit log names it (credential-id `JTI=…`); absent where it has none. */
  id: z.string().optional(),
  /** SHA-256 (hex) of the token. */
  sha256: z.string(),
  /** When the agent drops it, if nobody has fetched it by then. */
  keptUntil: z.iso.datetime(),
  /** `ready`: its proposer can fetch it; `fetched`: they have, and it cannot be fetched again; `lost`: the agent has it no longer. */
  state: z.enum(["ready", "fetched", "lost"]),
  fetchedAt: z.iso.datetime().optional(),
});
export type IssuedToken = z.infer<typeof IssuedToken>;

/** A token as its proposer is given it. Never stored, never logged, never sent to anybody else. */
export const FetchedToken = IssuedToken.omit({ keptUntil: true, state: true, fetchedAt: true }).extend({
  token: z.string(),
  /** A kubeconfig (YAML) with the server's address and CA, the namespace and this token, and nothing else. */
  kubeconfig: z.string(),
  /** What may keep the kubeconfig from working where it is used, in words. */
  warnings: z.array(z.string()),
});
export type FetchedToken = z.infer<typeof FetchedToken>;

/** How a program that ran to its end has ended. A `signal` is a name without SIG. */
export const Exit = z.object({ code: z.number().int().optional(), signal: z.string().optional() });
export type Exit = z.infer<typeof Exit>;

/** How a command goes over several hosts: what happens after one failed, and on how many it runs at a time. */
export const HostOrder = z.strictObject({ onFailure: z.enum(["stop", "carry_on"]), atOnce: z.number().int().min(1).max(16) });
export type HostOrder = z.infer<typeof HostOrder>;

/** What a command on several hosts would do on one of them, as it was sealed. */
export const CommandHost = z.object({
  connection: z.object({ id: z.string(), name: z.string(), environment: z.string() }),
  /** The account it runs as, what runs it, and where that is: one line per host on the way, with its approved keys. */
  role: z.string(),
  interpreter: z.string().optional(),
  targets: z.array(z.string()),
  effect: Effect,
  complete: z.boolean(),
  /** What is particular to this host, in words; what it does otherwise than the first one stands first. */
  differs: z.array(z.string()),
  /** What policy says of it here alone; the command's own verdict is that of all. */
  decision: Verdict.shape.decision,
  rules: z.array(z.string()),
});
export type CommandHost = z.infer<typeof CommandHost>;

/** One host of a run. `skipped`: it was not begun there. */
export const HostRun = z.object({
  connection: z.object({ id: z.string(), name: z.string() }),
  state: z.enum(["waiting", "running", "succeeded", "failed", "cancelled", "unknown", "skipped"]),
  startedAt: z.iso.datetime().optional(),
  tookMs: z.number().nonnegative().optional(),
  exit: Exit.optional(),
  error: z.object({ code: ErrorCode, message: z.string() }).optional(),
});
export type HostRun = z.infer<typeof HostRun>;

export const Execution = z.object({
  id: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  tookMs: z.number().nonnegative().optional(),
  /** From the server's own transaction counters, cascades and triggers included. */
  affected: z.array(Affected),
  /** Server notices, masked. */
  notices: z.array(z.string()),
  results: z.array(ResultSummary),
  error: z.object({ code: ErrorCode, message: z.string(), statement: z.number().int().optional() }).optional(),
  /** How its program ended, where it is one and ran to its end. Of several hosts each has its own. */
  exit: Exit.optional(),
  /** Of a command on several hosts, in their order. */
  hosts: z.array(HostRun).optional(),
  /** What the commit guard compared, when it stepped in. */
  guard: z.array(z.object({ object: z.string(), approved: z.number(), actual: z.number() })).optional(),
  /** Rows or objects an undo found other than the run had left them, masked; the first of `conflictCount`. An object has no `key`. */
  conflicts: z
    .array(
      z.object({
        object: z.string(),
        key: z.record(z.string(), z.string().nullable()),
        reason: z.enum(["changed", "gone", "exists", "blocked"]),
        /** In the target's own words, masked. */
        why: z.string().optional(),
      }),
    )
    .optional(),
  conflictCount: z.number().int().nonnegative().optional(),
  /** What was not any more as it had been agreed to, in words that go on after the object's name; nothing was done. */
  drift: z.array(z.object({ object: z.string(), why: z.string() })).optional(),
  /** Policy shows secret values to its proposer: its results are nobody else's. */
  private: z.boolean().optional(),
  /** After a dry run: what rolling back did not take back. */
  notTakenBack: z.array(z.string()).optional(),
  /** Tokens that it was given for its proposer. */
  tokens: z.array(IssuedToken).optional(),
});
export type Execution = z.infer<typeof Execution>;

/** What was kept to put back what a command changed. The rows or objects themselves never leave the agent. */
export const Undo = z.object({
  /** `done`: another command put it back. `expired`: kept no longer. */
  state: z.enum(["available", "done", "expired"]),
  /** Rows, or objects, that would be put back. */
  rows: z.number().int().nonnegative(),
  expiresAt: z.iso.datetime(),
  /** The command that put it back. */
  doneBy: z.string().optional(),
});
export type Undo = z.infer<typeof Undo>;

/** The name under which a command's standard input is kept: kubectl's own. */
export const STANDARD_INPUT = "-";

const FILE_NAME = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/)*[A-Za-z0-9_][A-Za-z0-9._-]*$/;
/** A command's file: a plain relative path without a way out, e.g. `base/deploy.yaml`. */
export const FileName = z.string().min(1).max(200).regex(FILE_NAME, "must be a plain relative name such as deploy.yaml");

/** What a command reads besides its text, as it was when it was proposed. Its content is read with `GET /api/v1/commands/{id}/files`. */
export const CommandFile = z.object({
  /** `-` is standard input. */
  name: z.string(),
  bytes: z.number().int().nonnegative(),
  /** SHA-256 (hex) of the content in UTF-8; part of what the command's digest is over. */
  sha256: z.string(),
  /** The document of the room it was. */
  documentId: z.string().optional(),
});
export type CommandFile = z.infer<typeof CommandFile>;

/** An immutable, frozen command with everything a reviewer needs. */
export const Command = z.object({
  id: z.string(),
  roomId: z.string(),
  connection: z.object({ id: z.string(), name: z.string(), environment: z.string() }),
  documentId: z.string().optional(),
  text: z.string(),
  /** What it reads besides its text, by name. */
  files: z.array(CommandFile).optional(),
  /** SHA-256 (hex) over the canonical envelope (I2). */
  digest: z.string(),
  state: CommandState,
  title: z.string(),
  effect: Effect,
  impact: Impact,
  verdict: Verdict,
  proposer: Person,
  /** Everybody who inserted or deleted anything inside the frozen range, and the proposer. */
  authors: z.array(Person),
  reason: z.string().optional(),
  /** Most rows the author agreed to where figures are not exact; sealed in the digest. */
  maxRows: z.number().int().nonnegative().optional(),
  /** It does everything but commit, and is always rolled back. */
  dryRun: z.boolean().optional(),
  /** It runs on each of these, the first being `connection`; `impact` is what it does on that one, with the strongest effect of all. */
  hosts: z.array(CommandHost).optional(),
  hostOrder: HostOrder.optional(),
  /** It puts this file in place. */
  upload: Upload.optional(),
  /** The command whose changes this one puts back. */
  undoOf: z.string().optional(),
  /** Present when its changes were kept. */
  undo: Undo.optional(),
  reviews: z.array(Review),
  /** When the countdown ends, while it runs. */
  runsAt: z.iso.datetime().optional(),
  heldBy: Person.optional(),
  execution: Execution.optional(),
  proposedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().optional(),
  updatedAt: z.iso.datetime(),
});
export type Command = z.infer<typeof Command>;
