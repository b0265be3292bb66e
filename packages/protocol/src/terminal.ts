import { z } from "zod";
import { plainLine, plainText } from "./plain-text.ts";
import { LIMITS } from "./limits.ts";

/** Of a screen, in cells. Larger ones are of no person, and cost memory for each. */
export const TERMINAL_SIZE = { columns: { least: 20, most: 500 }, rows: { least: 5, most: 200 } } as const;

export const TerminalSize = z.object({
  columns: z.number().int().min(TERMINAL_SIZE.columns.least).max(TERMINAL_SIZE.columns.most),
  rows: z.number().int().min(TERMINAL_SIZE.rows.least).max(TERMINAL_SIZE.rows.most),
});
export type TerminalSize = z.infer<typeof TerminalSize>;

/** The pod a shell is opened in; of targets that are hosts there is none. */
export const TerminalPod = z.object({ namespace: plainLine(63), name: plainLine(253), container: plainLine(63).optional() });

/** What one asks for who opens a terminal. */
export const TerminalOpening = TerminalSize.extend({
  connectionId: z.string(),
  pod: TerminalPod.optional(),
  reason: plainText(LIMITS.reasonChars).optional(),
});
export type TerminalOpening = z.infer<typeof TerminalOpening>;

/**
 * `waiting` for a moderator, nothing is connected; `connecting`; `live`; `ended`. It never goes back.
 */
export const TERMINAL_PHASES = ["waiting", "connecting", "live", "ended"] as const;

/** Somebody who looks at a terminal. */
export const TerminalWatcher = z.object({
  userId: z.string(),
  /** What they were sent and have not taken is too much: they get a new picture once they have. */
  behind: z.boolean(),
  /** They have said that they watch what is done. */
  moderating: z.boolean(),
});

/** A terminal as everybody in its room sees it. What its screen shows comes over its own socket. */
export const Terminal = z.object({
  id: z.string(),
  roomId: z.string(),
  connectionId: z.string(),
  /** The connection's name, or the pod's. */
  name: z.string(),
  phase: z.enum(TERMINAL_PHASES),
  openedById: z.string(),
  openedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  reason: z.string().optional(),
  /** Who else may type, and who must be there. */
  joining: z.enum(["peer", "observe", "moderated"]),
  /** Of each entry somebody must be there; empty unless it is moderated. */
  moderators: z.array(z.array(z.string())),
  /** Whose keys reach the shell. Absent: nobody's. */
  driverId: z.string().optional(),
  /** Who asks for control, first come first. */
  asking: z.array(z.string()),
  watchers: z.array(TerminalWatcher),
  /** Why nothing can be typed now, in words; absent: it can. */
  paused: z.string().optional(),
  columns: z.number().int(),
  rows: z.number().int(),
  /** What the program calls its window, cleaned; it never stands in place of a name of ours. */
  title: z.string().optional(),
  /** How it ended. */
  end: z
    .object({
      exitCode: z.number().int().optional(),
      signal: z.string().optional(),
      why: z.string().optional(),
      /** The error code, where it never came to a shell. */
      code: z.string().optional(),
      mayStillRun: z.string().optional(),
    })
    .optional(),
  /** `interrupted`: what came after the last stored piece, at most a second, is not in it. */
  recording: z.enum(["recording", "sealed", "interrupted", "failed"]),
});
export type Terminal = z.infer<typeof Terminal>;

/**
 * The terminal socket, `GET /ws/term/<terminalId>?ticket=…&v=…`, carries binary frames of these types; numbers are big-endian, offsets
 * float64. An offset counts the bytes of the terminal's output since its beginning, as people are shown it. Text frames carry a Problem.
 */
export const TERMINAL_FRAME = {
  /** To the browser: offset of the first byte, bytes. */
  output: 1,
  /** To the browser: offset that this picture is of, columns (2), rows (2), bytes that draw it on an empty screen. What was drawn before is void. */
  picture: 2,
  /** To the browser: offset from where the screen has another size, columns (2), rows (2). */
  size: 3,
  /** To the browser: offset where it ended; nothing follows. */
  end: 4,
  /** To the agent, first of all: offset up to which the browser has everything, -1 for nothing. */
  begin: 16,
  /** To the agent: bytes that were typed. Only the driver's reach the shell. */
  input: 17,
  /** To the agent: offset up to which the browser has drawn everything. */
  taken: 18,
  /** To the agent: columns (2), rows (2) of the driver's screen. */
  resize: 19,
} as const;

/** Most bytes of one frame of input; more is a paste, which is sent in several. */
export const TERMINAL_INPUT_BYTES = 16 * 1024;

export type TerminalFrame =
  | { type: "output"; offset: number; bytes: Uint8Array }
  | { type: "picture"; offset: number; columns: number; rows: number; bytes: Uint8Array }
  | { type: "size"; offset: number; columns: number; rows: number }
  | { type: "end"; offset: number }
  | { type: "begin"; offset: number }
  | { type: "input"; bytes: Uint8Array }
  | { type: "taken"; offset: number }
  | { type: "resize"; columns: number; rows: number };

type Field = "offset" | "size" | "bytes";
const FIELDS: Record<TerminalFrame["type"], readonly Field[]> = {
  output: ["offset", "bytes"],
  picture: ["offset", "size", "bytes"],
  size: ["offset", "size"],
  end: ["offset"],
  begin: ["offset"],
  input: ["bytes"],
  taken: ["offset"],
  resize: ["size"],
};
const WIDTH: Record<Field, number> = { offset: 8, size: 4, bytes: 0 };
const TYPES = new Map(Object.entries(TERMINAL_FRAME).map(([name, number]) => [number as number, name as TerminalFrame["type"]]));

export function writeTerminalFrame(frame: TerminalFrame): Uint8Array {
  const fields = FIELDS[frame.type];
  const bytes = "bytes" in frame ? frame.bytes : new Uint8Array();
  const head = 1 + fields.reduce((sum, field) => sum + WIDTH[field], 0);
  const out = new Uint8Array(head + bytes.byteLength);
  const view = new DataView(out.buffer);
  out[0] = TERMINAL_FRAME[frame.type];
  let at = 1;
  if ("offset" in frame) view.setFloat64(at, frame.offset);
  if ("offset" in frame) at += WIDTH.offset;
  if ("columns" in frame) {
    view.setUint16(at, frame.columns);
    view.setUint16(at + 2, frame.rows);
  }
  out.set(bytes, head);
  return out;
}

/** Undefined when it is no such frame, has another length than its type, or an offset that is none. `bytes` shares the frame's memory. */
export function readTerminalFrame(data: Uint8Array): TerminalFrame | undefined {
  const type = TYPES.get(data[0] ?? 0);
  if (type === undefined) return undefined;
  const fields = FIELDS[type];
  const head = 1 + fields.reduce((sum, field) => sum + WIDTH[field], 0);
  if (fields.includes("bytes") ? data.byteLength < head : data.byteLength !== head) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const read: Record<string, unknown> = { type };
  let at = 1;
  for (const field of fields) {
    if (field === "offset") {
      const offset = view.getFloat64(at);
      if (!Number.isSafeInteger(offset) || offset < (type === "begin" ? -1 : 0)) return undefined;
      read["offset"] = offset;
    } else if (field === "size") {
      read["columns"] = view.getUint16(at);
      read["rows"] = view.getUint16(at + 2);
    } else read["bytes"] = data.subarray(at);
    at += WIDTH[field];
  }
  return read as TerminalFrame;
}
