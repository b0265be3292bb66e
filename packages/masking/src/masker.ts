import { drawHidden, drawnBytes, drawSpans, drawWhole, findSpans, mayHold, readDetectors, type Detector } from "./detectors.ts";

export type MaskMode = "none" | "detect" | "full";

/** What masking has to know of a result column; see SourceColumn of the connector interface. */
export interface MaskColumn {
  sources: readonly string[] | "unknown";
  searchable: boolean;
  /**
   * The values of one column as they are stored, not worked out from them. Only such a value may keep the shape of an address or a card when
   * it is masked whole: `'a@b.' || translate(phone, …)` has that shape and holds the phone number in what would stay readable.
   */
  stored?: boolean;
}

export interface MaskRules {
  columns: readonly MaskColumn[];
  /** Columns masked whole, as lower-case `schema.table.column` patterns where `*` stands for any text. */
  maskedColumns: readonly string[];
  /** Names of DETECTORS. */
  detectors: readonly string[];
}

export interface Masker {
  /** One per column. */
  modes: MaskMode[];
  /**
   * Masks `count` DataRow messages back to back. Returns the same bytes when nothing had to be masked, else a buffer that is valid until
   * the next call; rows and columns stay what they were. Throws on bytes that are not exactly that: then nothing may be shown (I7).
   */
  mask(dataRows: Uint8Array, count: number): Uint8Array;
}

const DATA_ROW = 0x44;
/** Room for what a group of rows becomes; grows when values do. */
const SCRATCH_BYTES = 256 * 1024;

/** The one output buffer of a masker. */
interface Scratch {
  bytes: Buffer;
}

export function createMasker(rules: MaskRules): Masker {
  const detectors = readDetectors(rules.detectors);
  const patterns = rules.maskedColumns.map(readPattern);
  const modes = rules.columns.map((column) => modeOf(column, patterns, detectors));
  const shaped = rules.columns.map(({ stored }) => stored === true);
  // Columns behind the last masked one are stepped over by the row's own length.
  const watched = modes.findLastIndex((mode) => mode !== "none") + 1;
  const scratch: Scratch = { bytes: Buffer.allocUnsafeSlow(SCRATCH_BYTES) };
  return { modes, mask: (dataRows, count) => maskRows(dataRows, count, modes, shaped, watched, detectors, scratch) };
}

/** Whether a stored column, `schema.table.column`, is masked whole by any of the patterns. */
export const isMasked = (patterns: readonly string[], column: string): boolean =>
  patterns.some((pattern) => readPattern(pattern).test(column.toLowerCase()));

function modeOf(column: MaskColumn, patterns: RegExp[], detectors: ReadonlySet<Detector>): MaskMode {
  const rules = patterns.length + detectors.size;
  if (column.sources === "unknown") return rules > 0 ? "full" : "none";
  if (column.sources.some((source) => patterns.some((pattern) => pattern.test(source.toLowerCase())))) return "full";
  return column.searchable && detectors.size > 0 ? "detect" : "none";
}

/** `*` also matches dots: a name that holds one must not slip through, and to mask too much is the safe side. */
function readPattern(pattern: string): RegExp {
  const parts = pattern.toLowerCase().split("*");
  return new RegExp(`^${parts.map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&")).join(".*")}$`, "su");
}

const malformed = (): never => {
  throw new Error("the rows are not of the PostgreSQL protocol, so they cannot be masked");
};

function maskRows(
  input: Uint8Array,
  count: number,
  modes: MaskMode[],
  shaped: boolean[],
  watched: number,
  detectors: ReadonlySet<Detector>,
  scratch: Scratch,
): Uint8Array {
  const columns = modes.length;
  const length = input.length;
  const view = new DataView(input.buffer, input.byteOffset, length);
  let out = scratch.bytes;
  let changed = false;
  let written = 0;
  let copied = 0;
  let at = 0;
  for (let row = 0; row < count; row++) {
    if (at + 7 > length || input[at] !== DATA_ROW) malformed();
    const rowStart = at;
    const rowEnd = at + 1 + view.getInt32(at + 1);
    if (rowEnd > length || rowEnd < at + 7 || view.getInt16(at + 5) !== columns) malformed();
    let rowOut = -1;
    at += 7;
    for (let column = 0; column < watched; column++) {
      if (at + 4 > rowEnd) malformed();
      const size = view.getInt32(at);
      const start = at + 4;
      if (size < 0) {
        if (size !== -1) malformed();
        at = start;
        continue;
      }
      const end = start + size;
      if (end > rowEnd) malformed();
      at = end;
      const mode = modes[column];
      if (mode === "none" || (mode === "detect" && !mayHold(input, start, end, detectors))) continue;
      const spans = mode === "detect" ? findSpans(input, start, end, detectors) : undefined;
      if (spans !== undefined && spans.length === 0) continue;
      const needed = written + (start - copied) + drawnBytes(size) + (length - end);
      if (needed > out.length) out = grow(scratch, written, needed);
      changed = true;
      if (rowOut < 0) rowOut = written + (rowStart - copied);
      written = copyBytes(input, copied, start, out, written);
      let to: number;
      if (spans !== undefined) to = drawSpans(input, start, end, spans, out, written);
      else if (shaped[column] === true) to = drawWhole(input, start, end, out, written);
      else to = drawHidden(out, written);
      out.writeInt32BE(to - written, written - 4);
      written = to;
      copied = end;
    }
    if (watched < columns || watched === 0) checkRest(view, at, rowEnd, columns - watched);
    else if (at !== rowEnd) malformed();
    at = rowEnd;
    // What stands behind the row's last masked value is not copied yet but belongs to its length.
    if (rowOut >= 0) out.writeInt32BE(written + (rowEnd - copied) - rowOut - 1, rowOut + 1);
  }
  if (at !== length) malformed();
  if (!changed) return input;
  written = copyBytes(input, copied, length, out, written);
  return out.subarray(0, written);
}

/** Walks columns that are not masked: their lengths must fill the row exactly. */
function checkRest(view: DataView, from: number, rowEnd: number, columns: number): void {
  let at = from;
  for (let column = 0; column < columns; column++) {
    if (at + 4 > rowEnd) malformed();
    const size = view.getInt32(at);
    if (size < -1) malformed();
    at += 4 + Math.max(0, size);
  }
  if (at !== rowEnd) malformed();
}

/** Makes the output buffer larger and keeps its first `written` bytes. */
function grow(scratch: Scratch, written: number, needed: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.ceil(needed * 1.5));
  scratch.bytes.copy(larger, 0, 0, written);
  scratch.bytes = larger;
  return larger;
}

/** Bytes up to which a loop beats the cost of making a view for a native copy (measured on V8 13). */
const LOOP_BYTES = 96;

function copyBytes(input: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  if (end - start > LOOP_BYTES) {
    out.set(input.subarray(start, end), at);
    return at + end - start;
  }
  let to = at;
  for (let i = start; i < end; i++) out[to++] = input[i]!;
  return to;
}
