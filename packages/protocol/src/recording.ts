import { z } from "zod";
import { Environment } from "./connection.ts";
import { LIMITS } from "./limits.ts";
import { plainText } from "./plain-text.ts";
import { Terminal } from "./terminal.ts";

/**
 * `recording`: it is being written; `sealed`: its end is in it; `interrupted`: it breaks off, without what was not stored by then (a second of it,
 * or more where the storage is slow); `failed`: from some moment on it could not be stored; `removed`: only its hash is kept.
 */
export const RecordingState = z.enum(["recording", "sealed", "interrupted", "failed", "removed"]);
export type RecordingState = z.infer<typeof RecordingState>;

/** What is known of the recording of a terminal, whose id it has. What was shown is in none of these fields. */
export const Recording = z.object({
  id: z.string(),
  room: z.object({ id: z.string(), code: z.string(), title: z.string() }),
  /** The connection's name, or the pod's. */
  name: z.string(),
  connection: z.string(),
  environment: Environment,
  openedBy: z.string(),
  openedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  reason: z.string().optional(),
  end: Terminal.shape.end,
  state: RecordingState,
  /** Of what is stored, packed: pieces and their bytes; 0 once it is removed. */
  chunks: z.number().int(),
  bytes: z.number().int(),
  /** Bytes of output, those of its last piece not counted; and milliseconds, which of one that is not sealed may be up to a second more. */
  outputBytes: z.number().int(),
  lastsMs: z.number().int(),
  columns: z.number().int(),
  rows: z.number().int(),
  /** It is not removed as long as this stands. */
  hold: z.object({ reason: z.string(), by: z.string(), at: z.iso.datetime() }).optional(),
  /** When the policy that is in force has it removed; absent: never, while it is held, or before it has ended. */
  keptUntil: z.object({ at: z.iso.datetime(), rule: z.string() }).optional(),
  removed: z
    .object({
      at: z.iso.datetime(),
      rule: z.string(),
      /** SHA-256 (hex) of the policy's text that had the rule. */
      policyVersion: z.string(),
      chunks: z.number().int(),
      bytes: z.number().int(),
      /** The chain of its last piece: one value that stands for all of it. */
      hash: z.string(),
    })
    .optional(),
});
export type Recording = z.infer<typeof Recording>;

/** Newest first. `next` asks for those after them. */
export const Recordings = z.object({ recordings: z.array(Recording), next: z.string().optional() });
export type Recordings = z.infer<typeof Recordings>;

/** A command that ran in a recorded shell, as its shell told. Times in milliseconds since the beginning. */
export const RecordingCommand = z.object({
  at: z.number().int(),
  endedAt: z.number().int().optional(),
  text: z.string().optional(),
  /** Where its shell did not tell its text: the line it was typed on, prompt included. */
  line: z.string().optional(),
  folder: z.string().optional(),
  exitCode: z.number().int().optional(),
});
export type RecordingCommand = z.infer<typeof RecordingCommand>;

/** `more`: there are more than are given. `fault`: why none behind these could be read. */
export const RecordingCommands = z.object({ commands: z.array(RecordingCommand), more: z.boolean(), fault: z.string().optional() });
export type RecordingCommands = z.infer<typeof RecordingCommands>;

/** A line in which the text was shown: `from` to `to` in `line`, at so many milliseconds since the beginning. */
export const RecordingMatch = z.object({ at: z.number().int(), line: z.string(), from: z.number().int(), to: z.number().int() });
export type RecordingMatch = z.infer<typeof RecordingMatch>;

/** What was found in one recording. `fault`: why not all of it could be looked through. */
export const RecordingFinding = z.object({
  recording: Recording,
  matches: z.array(RecordingMatch),
  more: z.boolean(),
  fault: z.string().optional(),
});
export type RecordingFinding = z.infer<typeof RecordingFinding>;

/** Those with a match, newest first. `next` goes on with older ones. */
export const RecordingFindings = z.object({
  found: z.array(RecordingFinding),
  /** How many were looked through. */
  searched: z.number().int(),
  next: z.string().optional(),
});
export type RecordingFindings = z.infer<typeof RecordingFindings>;

/** Whether a recording is what was recorded. */
export const RecordingCheck = z.object({
  /** `whole`: every piece is right, and the last one is the one in the audit log; `so_far`: what is stored is right, and it has not ended. */
  verdict: z.enum(["whole", "so_far", "broken", "removed"]),
  chunks: z.number().int(),
  bytes: z.number().int(),
  chain: z.string(),
  /** The event of the audit log that it was held against. */
  logged: z.object({ seq: z.number().int(), at: z.iso.datetime(), chunk: z.number().int(), chain: z.string() }).optional(),
  /** The first piece that is wrong. */
  fault: z.object({ chunk: z.number().int(), why: z.string() }).optional(),
});
export type RecordingCheck = z.infer<typeof RecordingCheck>;

/** `reason`: why it is not to be removed; absent takes the hold away. */
export const RecordingHoldRequest = z.strictObject({ reason: plainText(LIMITS.reasonChars).optional() });
export type RecordingHoldRequest = z.infer<typeof RecordingHoldRequest>;
