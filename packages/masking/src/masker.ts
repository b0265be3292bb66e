import { drawnBytes, drawSpans, drawWhole, findSpans, mayHold, readDetectors, type Detector } from "./detectors.ts";

export type MaskMode = "none" | "detect" | "full";

/** What masking has to know of a result column; see SourceColumn of the connector interface. */
export interface MaskColumn {
  sources: readonly string[] | "unknown";
  searchable: boolean;
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
   * Masks `count` DataRow messages back to back. Returns the same bytes when nothing had to be masked, else new ones; rows and columns stay
   * what they were. Throws on bytes that are not exactly that: then nothing may be shown (I7).
   */
  mask(dataRows: Uint8Array, count: number): Uint8Array;
}

const DATA_ROW = 0x44;

export function createMasker(rules: MaskRules): Masker {
  const detectors = readDetectors(rules.detectors);
  const patterns = rules.maskedColumns.map(readPattern);
  const modes = rules.columns.map((column) => modeOf(column, patterns, detectors));
  // Columns behind the last masked one are stepped over by the row's own length.
  const watched = modes.findLastIndex((mode) => mode !== "none") + 1;
  return { modes, mask: (dataRows, count) => maskRows(dataRows, count, modes, watched, detectors) };
}

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

function maskRows(input: Uint8Array, count: number, modes: MaskMode[], watched: number, detectors: ReadonlySet<Detector>): Uint8Array {
  const columns = modes.length;
  const length = input.length;
  const view = new DataView(input.buffer, input.byteOffset, length);
  let out: Uint8Array | undefined;
  let outView: DataView | undefined;
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
      if (out === undefined || outView === undefined || needed > out.length) {
        out = grow(out, written, needed);
        outView = new DataView(out.buffer, out.byteOffset, out.length);
      }
      if (rowOut < 0) rowOut = written + (rowStart - copied);
      written = copyBytes(input, copied, start, out, written);
      const to = spans === undefined ? drawWhole(input, start, end, out, written) : drawSpans(input, start, end, spans, out, written);
      outView.setInt32(written - 4, to - written);
      written = to;
      copied = end;
    }
    if (watched < columns || watched === 0) checkRest(view, at, rowEnd, columns - watched);
    else if (at !== rowEnd) malformed();
    at = rowEnd;
    // What stands behind the row's last masked value is not copied yet but belongs to its length.
    if (rowOut >= 0) outView!.setInt32(rowOut + 1, written + (rowEnd - copied) - rowOut - 1);
  }
  if (at !== length) malformed();
  if (out === undefined) return input;
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

/** A larger buffer with the first `written` bytes of the old one. */
function grow(old: Uint8Array | undefined, written: number, needed: number): Uint8Array {
  const out = new Uint8Array(Math.ceil(needed * 1.5) + 1024);
  if (old !== undefined) out.set(old.subarray(0, written));
  return out;
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
