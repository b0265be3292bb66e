/** What a piece of a terminal's output that is no text does to the text around it. */
export type SequenceKind =
  /** Nothing: text goes on where it was, as with colours. */
  | "transparent"
  /** Leaves so many cells empty. */
  | "gap"
  /** CR LF, which is a line wrap where the line is full. */
  | "newline"
  /** To the first column of the line. */
  | "return"
  | "tab"
  /** Anything else: what comes is not next to what was before. */
  | "break";

export interface Sequence {
  kind: SequenceKind;
  /** Place behind it. */
  end: number;
  /** Cells of a `gap`. */
  cells: number;
}

const ESC = 0x1b;
/** Escapes that move nothing, by their last byte, and control sequences. Erasing and styles leave the cursor where it is. */
const STILL_ESC: ReadonlySet<number> = new Set([..."=>noGH0AB"].map((final) => final.charCodeAt(0)));
const STILL_CSI: ReadonlySet<number> = new Set([..."mJKXqg"].map((final) => final.charCodeAt(0)));
/** Modes that move the cursor or change the screen. */
const MOVING_MODES = /(?:^|;)(?:6|47|1047|1048|1049)(?:;|$)/;
/** Longest sequence; what is longer is no output of the filter. */
const MOST_BYTES = 4096;
/** A gap wider than this separates. */
const MOST_GAP = 4;

const latin1 = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));

/** The sequence or control that begins at `at`; undefined where it is not whole yet. */
export function readSequence(bytes: Uint8Array, at: number): Sequence | undefined {
  const first = bytes[at]!;
  const done = (kind: SequenceKind, end: number, cells = 0): Sequence => ({ kind, end, cells });
  if (first !== ESC) {
    if (first === 0x07 || first === 0x0e || first === 0x0f) return done("transparent", at + 1);
    if (first === 0x09) return done("tab", at + 1);
    if (first !== 0x0d) return done("break", at + 1);
    let next = at + 1;
    while (bytes[next] === 0x0d && next - at < MOST_BYTES) next++;
    if (next >= bytes.length) return undefined;
    return bytes[next] === 0x0a ? done("newline", next + 1) : done("return", next);
  }
  const second = bytes[at + 1];
  if (second === undefined) return undefined;
  const end = sequenceEnd(bytes, at, second);
  if (end < 0) return bytes.length - at > MOST_BYTES ? done("break", bytes.length) : undefined;
  const final = bytes[end - 1]!;
  if (second === 0x5b) {
    if (STILL_CSI.has(final)) return done("transparent", end);
    if (final === 0x68 || final === 0x6c)
      return done(MOVING_MODES.test(latin1(bytes, at + 2, end - 1).replace("?", "")) ? "break" : "transparent", end);
    if (final === 0x43) {
      const cells = Number(latin1(bytes, at + 2, end - 1)) || 1;
      return cells <= MOST_GAP ? done("gap", end, cells) : done("break", end);
    }
    return done("break", end);
  }
  if (second === 0x5d) return done("transparent", end);
  return done(STILL_ESC.has(final) ? "transparent" : "break", end);
}

/** Place behind the style (SGR) that begins at `at`, which moves nothing and is what programs write most; 0 where there is none that is whole. */
export function styleEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== ESC || bytes[at + 1] !== 0x5b) return 0;
  const length = Math.min(bytes.length, at + MOST_BYTES);
  for (let i = at + 2; i < length; i++) {
    const byte = bytes[i]!;
    if (byte === 0x6d) return i + 1;
    // Digits, colons and semicolons.
    if (byte < 0x30 || byte > 0x3b) return 0;
  }
  return 0;
}

/** Place behind the sequence; -1 where it is not whole. */
function sequenceEnd(bytes: Uint8Array, at: number, second: number): number {
  const length = Math.min(bytes.length, at + MOST_BYTES);
  if (second === 0x5b) {
    for (let i = at + 2; i < length; i++) if (bytes[i]! >= 0x40 || bytes[i]! < 0x20) return i + 1;
    return -1;
  }
  if (second === 0x5d || second === 0x50 || second === 0x58 || second === 0x5e || second === 0x5f) {
    for (let i = at + 2; i < length; i++) {
      if (bytes[i] === 0x07) return i + 1;
      if (bytes[i] === ESC && i + 1 < length) return bytes[i + 1] === 0x5c ? i + 2 : i;
    }
    return -1;
  }
  for (let i = at + 1; i < length; i++) if (bytes[i]! >= 0x30 || bytes[i]! < 0x20) return i + 1;
  return -1;
}
