/**
 * What a terminal's output may say to the browsers and recordings that show it. Everything else is dropped: an allow-list, since every
 * terminal has its own way of being made to answer, and what it answers would be typed into the shell.
 *
 * Sources: ECMA-48, the DEC VT510 manual, xterm's ctlseqs; restricted to what xterm.js 6.0.0 does and a key frame can give again.
 */

/** How a control sequence (CSI) that is let through is made safe. */
export type CsiRule =
  /** Parameters are numbers, at most `most` of them, each cut to the columns or rows of the screen where it is a count. */
  | { kind: "numbers"; most: number; cut?: "columns" | "rows" }
  /** SGR: numbers with sub-parameters. */
  | { kind: "style" }
  /** Modes: only those on the list stay. */
  | { kind: "modes"; allowed: ReadonlySet<number> }
  /** One parameter of a list; absent is 0. */
  | { kind: "one-of"; values: ReadonlySet<number> }
  /** REP: written out, since what it repeats would have to be remembered by whoever joins later, and masking has to see it. */
  | { kind: "repeat" };

const NONE: CsiRule = { kind: "numbers", most: 0 };
const POSITION: CsiRule = { kind: "numbers", most: 2 };
const COLUMNS: CsiRule = { kind: "numbers", most: 1, cut: "columns" };
const ROWS: CsiRule = { kind: "numbers", most: 1, cut: "rows" };
const values = (...list: number[]): ReadonlySet<number> => new Set(list);

/** IRM alone: LNM would stay on in a browser even after a reset. */
const ANSI_MODES: CsiRule = { kind: "modes", allowed: values(4) };

/**
 * DECCKM, DECOM, DECAWM, X10 mouse, DECTCEM, reverse wraparound, alternate screen, DECNKM, mouse, focus, SGR mouse, alternate screen with
 * and without the cursor, bracketed paste, synchronized output. Not: DECCOLM (3, 40), which resizes; 12, since blinking is for who looks;
 * 2031 and 9001, which make a terminal send what nobody typed.
 */
const PRIVATE_MODES: CsiRule = {
  kind: "modes",
  allowed: values(1, 6, 7, 9, 25, 45, 47, 66, 1000, 1002, 1003, 1004, 1006, 1016, 1047, 1048, 1049, 2004, 2026),
};

/** By prefix, intermediates and final byte. */
export const CSI_RULES: ReadonlyMap<string, CsiRule> = new Map<string, CsiRule>([
  // Moving.
  ...["A", "B", "C", "D", "E", "F", "G", "`", "a", "d", "e"].map((final): [string, CsiRule] => [final, { kind: "numbers", most: 1 }]),
  ["H", POSITION],
  ["f", POSITION],
  ["I", COLUMNS],
  ["Z", COLUMNS],
  ["s", NONE],
  ["u", NONE],
  // Erasing, inserting, deleting, scrolling.
  // Not 1: in the last column of the last line it ends xterm 6.0.0 with an exception, in every browser. No program's terminfo has it.
  ["J", { kind: "one-of", values: values(0, 2, 3) }],
  ["K", { kind: "one-of", values: values(0, 1, 2) }],
  ["?J", { kind: "one-of", values: values(0, 2) }],
  ["?K", { kind: "one-of", values: values(0, 1, 2) }],
  ["X", COLUMNS],
  ["@", COLUMNS],
  ["P", COLUMNS],
  [" @", COLUMNS],
  [" A", COLUMNS],
  ["'}", COLUMNS],
  ["'~", COLUMNS],
  ["L", ROWS],
  ["M", ROWS],
  ["S", ROWS],
  ["T", ROWS],
  ["^", ROWS],
  ["r", POSITION],
  ["b", { kind: "repeat" }],
  // Looks, tab stops, modes.
  ["m", { kind: "style" }],
  [" q", { kind: "one-of", values: values(0, 1, 2, 3, 4, 5, 6) }],
  ["g", { kind: "one-of", values: values(0, 3) }],
  ["h", ANSI_MODES],
  ["l", ANSI_MODES],
  ["?h", PRIVATE_MODES],
  ["?l", PRIVATE_MODES],
  ["!p", NONE],
]);

/**
 * Escapes by intermediates and final byte: DECSC, DECRC, IND, NEL, HTS, RI, DECKPAM, DECKPNM, RIS, LS2, LS3, DECALN, UTF-8, and of the
 * character sets ASCII, British and line drawing in G0 to G3.
 */
export const ESC_ALLOWED: ReadonlySet<string> = new Set([
  ...["7", "8", "D", "E", "H", "M", "=", ">", "c", "n", "o", "#8", "%G"],
  ...["(", ")", "*", "+"].flatMap((slot) => ["0", "A", "B"].map((set) => slot + set)),
]);

/** The C1 controls that are the same as an allowed escape, by code point. */
export const C1_AS_ESC: ReadonlyMap<number, string> = new Map([
  [0x84, "D"],
  [0x85, "E"],
  [0x88, "H"],
  [0x8d, "M"],
]);

/** BS, HT, LF, VT, FF, CR, SO, SI. BEL is counted, everything else of C0 is dropped: ENQ makes a terminal answer. */
export const C0_ALLOWED: ReadonlySet<number> = values(0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f);
