import { z } from "zod";
import { plainLine, plainText } from "./plain-text.ts";
import { LIMITS } from "./limits.ts";
import { TerminalShell } from "./terminal-shell.ts";

/** Of a screen, in cells. Larger ones are of no person, and cost memory for each. */
export const TERMINAL_SIZE = { columns: { least: 20, most: 500 }, rows: { least: 5, most: 200 } } as const;

export const TerminalSize = z.object({
  columns: z.number().int().min(TERMINAL_SIZE.columns.least).max(TERMINAL_SIZE.columns.most),
  rows: z.number().int().min(TERMINAL_SIZE.rows.least).max(TERMINAL_SIZE.rows.most),
});
export type TerminalSize = z.infer<typeof TerminalSize>;

/** `exec` runs a shell beside what runs there; `attach` joins the program of a container; `debug` puts a container of its own into the pod. */
export const POD_MODES = ["exec", "attach", "debug"] as const;

/** Lines above the screen that are kept of a terminal, here and there: a page has no more than a picture gives back. Older ones are in the recording. */
export const TERMINAL_SCROLLBACK = 1_000;

/** The pod a shell is opened in; of targets that are hosts there is none. */
export const TerminalPod = z.object({
  namespace: plainLine(63),
  name: plainLine(253),
  /** Absent: its default one. Of `debug`, the one whose processes are to be seen. */
  container: plainLine(63).optional(),
  /** Absent: `exec`. */
  mode: z.enum(POD_MODES).optional(),
  /** Of `debug`: what its container is made of. */
  image: plainLine(500).optional(),
});
export type TerminalPod = z.infer<typeof TerminalPod>;

/** A container of a pod, as far as one chooses among them. */
export const TerminalContainer = z.object({
  name: z.string(),
  image: z.string(),
  type: z.enum(["container", "init", "ephemeral"]),
  running: z.boolean(),
  /** Whether what is typed after an attach reaches it. */
  stdin: z.boolean(),
  tty: z.boolean(),
});
export type TerminalContainer = z.infer<typeof TerminalContainer>;

/** Whether somebody may open a shell, as policy has it now, and what there is to choose. */
export const TerminalOffer = z.object({
  /** `shell` of a host; of a pod each mode. */
  ways: z.array(
    z.object({
      way: z.enum(["shell", ...POD_MODES]),
      /** Absent: it may be opened. Why not, in words. */
      denied: z.string().optional(),
      /** Who opens it says why. */
      reason: z.boolean(),
      /** Somebody of these groups has to watch over it; of each entry one. */
      moderators: z.array(z.array(z.string())),
      /** Of `debug`: which images may be put into a pod; `*` stands for anything. */
      images: z.array(z.string()).optional(),
    }),
  ),
  /** Of a pod. */
  pod: z.object({ defaultContainer: z.string(), containers: z.array(TerminalContainer), lacks: z.string().optional() }).optional(),
});
export type TerminalOffer = z.infer<typeof TerminalOffer>;

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
  /** The connection's name, or the pod's, and a number (`api · 2`) where the room had one of that name. */
  name: z.string(),
  /** Where it is in a cluster. */
  pod: TerminalPod.optional(),
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
  /** What its shell tells; absent before there is one. */
  shell: TerminalShell.optional(),
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
  /**
   * To the browser: offset that this picture is of, columns (2), rows (2), line feeds before that offset (float64), bytes that draw it on an
   * empty screen. What was drawn before is void.
   */
  picture: 2,
  /** To the browser: offset from where the screen has another size, columns (2), rows (2). */
  size: 3,
  /** To the browser: offset where it ended; nothing follows. */
  end: 4,
  /** To the browser: what somebody points at, and their user id. See `point`. */
  pointed: 5,
  /** To the browser: where somebody has scrolled to, and their user id. See `view`. */
  viewed: 6,
  /**
   * To the agent, first of all: offset up to which the browser has everything, -1 for nothing, and a number of the page that is the same when it
   * comes again (float64), 0 for none: what still comes from it by an earlier socket is not taken any more.
   */
  begin: 16,
  /** To the agent: bytes that were typed. Only the driver's reach the shell. */
  input: 17,
  /** To the agent: offset up to which the browser has drawn everything. */
  taken: 18,
  /** To the agent: columns (2), rows (2) of the driver's screen. */
  resize: 19,
  /** To the agent: what its person points at, in rows of the screen they had drawn up to that offset (TerminalSpan). Never reaches the shell. */
  point: 20,
  /** To the agent: the first row in its person's view, of the screen they had drawn up to that offset; 0 is its end (4, signed). */
  view: 21,
} as const;

/**
 * Bytes that a page draws before it says that it has taken them, and how long it keeps the rest to itself, in milliseconds. Fewer than the agent
 * waits for before it goes on, or every wait would last until the rest is said; enough that a flood is no flood of words.
 */
export const TERMINAL_TAKEN = { bytes: 32 * 1024, afterMs: 10 } as const;

/**
 * Cells that somebody points at, in the order of reading, both ends included. Rows count from the top line of the screen; those above it, which
 * have scrolled away, are negative. With the offset the screen was drawn to, that is the same line for everybody, whatever scrolls on.
 */
export interface TerminalSpan {
  fromRow: number;
  fromColumn: number;
  toRow: number;
  toColumn: number;
  /** On the alternate screen, which full-screen programs use. */
  alternate: boolean;
}

/** Rows of one span at most: a screen. */
export const TERMINAL_SPAN_ROWS = TERMINAL_SIZE.rows.most;

/** Most bytes of one frame of input; more is a paste, which is sent in several. */
export const TERMINAL_INPUT_BYTES = 16 * 1024;

export type TerminalFrame =
  | { type: "output"; offset: number; bytes: Uint8Array }
  | { type: "picture"; offset: number; columns: number; rows: number; lines: number; bytes: Uint8Array }
  | { type: "size"; offset: number; columns: number; rows: number }
  | { type: "end"; offset: number }
  | { type: "pointed"; offset: number; span: TerminalSpan; userId: string }
  | { type: "viewed"; offset: number; row: number; userId: string }
  | { type: "begin"; offset: number; page: number }
  | { type: "input"; bytes: Uint8Array }
  | { type: "taken"; offset: number }
  | { type: "resize"; columns: number; rows: number }
  | { type: "point"; offset: number; span: TerminalSpan }
  | { type: "view"; offset: number; row: number };

type Field = "offset" | "page" | "size" | "lines" | "span" | "row" | "bytes" | "userId";
const FIELDS: Record<TerminalFrame["type"], readonly Field[]> = {
  output: ["offset", "bytes"],
  picture: ["offset", "size", "lines", "bytes"],
  size: ["offset", "size"],
  end: ["offset"],
  pointed: ["offset", "span", "userId"],
  viewed: ["offset", "row", "userId"],
  begin: ["offset", "page"],
  input: ["bytes"],
  taken: ["offset"],
  resize: ["size"],
  point: ["offset", "span"],
  view: ["offset", "row"],
};
/** Those of no width take what is left, so they come last. */
const WIDTH: Record<Field, number> = { offset: 8, page: 8, size: 4, lines: 8, span: 13, row: 4, bytes: 0, userId: 0 };
const TYPES = new Map(Object.entries(TERMINAL_FRAME).map(([name, number]) => [number as number, name as TerminalFrame["type"]]));
const USER_ID_BYTES = 200;

export function writeTerminalFrame(frame: TerminalFrame): Uint8Array {
  const fields = FIELDS[frame.type];
  const rest = "bytes" in frame ? frame.bytes : "userId" in frame ? new TextEncoder().encode(frame.userId) : new Uint8Array();
  const head = 1 + fields.reduce((sum, field) => sum + WIDTH[field], 0);
  const out = new Uint8Array(head + rest.byteLength);
  const view = new DataView(out.buffer);
  out[0] = TERMINAL_FRAME[frame.type];
  let at = 1;
  for (const field of fields) {
    if (field === "offset" && "offset" in frame) view.setFloat64(at, frame.offset);
    else if (field === "page" && "page" in frame) view.setFloat64(at, frame.page);
    else if (field === "lines" && "lines" in frame) view.setFloat64(at, frame.lines);
    else if (field === "row" && "row" in frame) view.setInt32(at, frame.row);
    else if (field === "size" && "columns" in frame) {
      view.setUint16(at, frame.columns);
      view.setUint16(at + 2, frame.rows);
    } else if (field === "span" && "span" in frame) writeSpan(view, at, frame.span);
    at += WIDTH[field];
  }
  out.set(rest, head);
  return out;
}

/** Undefined when it is no such frame, has another length than its type, or a figure that cannot be. `bytes` shares the frame's memory. */
export function readTerminalFrame(data: Uint8Array): TerminalFrame | undefined {
  const type = TYPES.get(data[0] ?? 0);
  if (type === undefined) return undefined;
  const fields = FIELDS[type];
  const head = 1 + fields.reduce((sum, field) => sum + WIDTH[field], 0);
  const open = WIDTH[fields.at(-1)!] === 0;
  if (open ? data.byteLength < head : data.byteLength !== head) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const read: Record<string, unknown> = { type };
  let at = 1;
  for (const field of fields) {
    if (field === "offset" || field === "lines" || field === "page") {
      const figure = view.getFloat64(at);
      if (!Number.isSafeInteger(figure) || figure < (type === "begin" && field === "offset" ? -1 : 0)) return undefined;
      read[field] = figure;
    } else if (field === "size") {
      read["columns"] = view.getUint16(at);
      read["rows"] = view.getUint16(at + 2);
    } else if (field === "row") {
      const row = view.getInt32(at);
      if (row < -TERMINAL_SCROLLBACK || row > 0) return undefined;
      read["row"] = row;
    } else if (field === "span") {
      const span = readSpan(view, at);
      if (span === undefined) return undefined;
      read["span"] = span;
    } else if (field === "userId") {
      if (data.byteLength - at > USER_ID_BYTES) return undefined;
      read["userId"] = new TextDecoder().decode(data.subarray(at));
    } else read["bytes"] = data.subarray(at);
    at += WIDTH[field];
  }
  return read as TerminalFrame;
}

function writeSpan(view: DataView, at: number, span: TerminalSpan): void {
  view.setInt32(at, span.fromRow);
  view.setUint16(at + 4, span.fromColumn);
  view.setInt32(at + 6, span.toRow);
  view.setUint16(at + 10, span.toColumn);
  view.setUint8(at + 12, span.alternate ? 1 : 0);
}

/** Undefined where it ends before it begins, is longer than a screen, or is where no line of a terminal can be. */
function readSpan(view: DataView, at: number): TerminalSpan | undefined {
  const [fromRow, fromColumn, toRow, toColumn] = [
    view.getInt32(at),
    view.getUint16(at + 4),
    view.getInt32(at + 6),
    view.getUint16(at + 10),
  ];
  const screen = view.getUint8(at + 12);
  const { columns, rows } = TERMINAL_SIZE;
  if (screen > 1 || fromColumn >= columns.most || toColumn >= columns.most) return undefined;
  if (fromRow < (screen === 1 ? 0 : -TERMINAL_SCROLLBACK) || toRow >= rows.most || toRow - fromRow >= TERMINAL_SPAN_ROWS) return undefined;
  if (toRow < fromRow || (toRow === fromRow && toColumn < fromColumn)) return undefined;
  return { fromRow, fromColumn, toRow, toColumn, alternate: screen === 1 };
}
