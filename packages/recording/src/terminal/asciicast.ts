/**
 * asciicast v3 (docs.asciinema.org/manual/asciicast/v3): a line of JSON that says what was recorded, then a line for each event,
 * `[seconds since the event before, code, data]`. Codes that a reader does not know are passed over.
 */
export interface CastHeader {
  columns: number;
  rows: number;
  /** Seconds since 1970 at which the recording began. */
  timestamp: number;
  title?: string;
  /** What ran, as people would type it. */
  command?: string;
  /** Of the terminal, e.g. `xterm-256color`. */
  type?: string;
  tags?: readonly string[];
}

/** `o` output, `i` input, `m` a marker, `r` a resize (`80x24`), `x` the end with its exit status, `c` a mark of the shell as JSON. */
export const CAST_CODES = ["o", "i", "m", "r", "x", "c"] as const;
export type CastCode = (typeof CAST_CODES)[number];

export interface CastEvent {
  /** Milliseconds since the beginning. */
  at: number;
  code: CastCode;
  data: string;
}

/** What shell integration says of a command, as it is kept in a recording; `offset` counts bytes of output before it. */
export interface CommandMark {
  kind: "started" | "finished";
  offset: number;
  /** Of a command that started; already masked. */
  text?: string;
  folder?: string;
  /** Of one that finished, where it is known. */
  exitCode?: number;
}

export function headerLine(header: CastHeader): string {
  const { columns, rows, timestamp, title, command, type, tags } = header;
  return line({
    version: 3,
    term: { cols: columns, rows, ...(type !== undefined && { type }) },
    timestamp,
    ...(title !== undefined && { title }),
    ...(command !== undefined && { command }),
    ...(tags !== undefined && { tags }),
  });
}

/** `since`: milliseconds since the event before. Whole milliseconds, so that intervals add up exactly. */
export const eventLine = (since: number, code: CastCode, data: string): string => `[${since / 1000}, "${code}", ${JSON.stringify(data)}]\n`;

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** The header of a v3 recording; undefined where the line is not one. */
export function readHeader(text: string): CastHeader | undefined {
  const value = parsed(text) as { version?: unknown; term?: { cols?: unknown; rows?: unknown; type?: unknown } } & Record<string, unknown>;
  if (typeof value !== "object" || value === null || value.version !== 3) return undefined;
  const { cols, rows, type } = value.term ?? {};
  if (!Number.isInteger(cols) || !Number.isInteger(rows)) return undefined;
  const string = (name: string): object => (typeof value[name] === "string" ? { [name]: value[name] } : {});
  return {
    columns: cols as number,
    rows: rows as number,
    timestamp: typeof value.timestamp === "number" ? value.timestamp : 0,
    ...string("title"),
    ...string("command"),
    ...(typeof type === "string" && { type }),
    ...(Array.isArray(value.tags) && { tags: value.tags.filter((tag) => typeof tag === "string") }),
  };
}

/** An event with the interval it was written with; undefined for comments, codes of others and what is none. */
export function readEvent(text: string): { since: number; code: CastCode; data: string } | undefined {
  if (!text.startsWith("[")) return undefined;
  const value = parsed(text);
  if (!Array.isArray(value)) return undefined;
  const [seconds, code, data] = value as unknown[];
  if (typeof seconds !== "number" || typeof data !== "string" || !CAST_CODES.includes(code as CastCode)) return undefined;
  return { since: Math.round(seconds * 1000), code: code as CastCode, data };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The columns and rows of a resize. */
export function readSize(data: string): { columns: number; rows: number } | undefined {
  const found = /^(\d{1,5})x(\d{1,5})$/.exec(data);
  return found === null ? undefined : { columns: Number(found[1]), rows: Number(found[2]) };
}
