import headless from "@xterm/headless";
import { readSequence } from "../mask/sequence.ts";
import { SCROLLBACK_LINES, type ScreenSize } from "./key-frame.ts";
import { UnicodeGraphemesAddon } from "./graphemes.ts";
import { drawScreen } from "./draw-screen.ts";
import { lateLine, plainRun, stylesOf, type PlainRun } from "./plain-lines.ts";
import { stateOf, type XtermState } from "./xterm-state.ts";

/** Sequences are not longer than this after the filter. */
const MOST_SEQUENCE = 4096;
/** Lines drawn beyond those that stay in the scrollback. */
const SPARE_LINES = 8;

const encoder = new TextEncoder();

/** A headless terminal that is told what people see, and tells it again to those who come later. */
export class Screen {
  readonly #terminal: InstanceType<typeof headless.Terminal>;
  /** Bytes of a sequence or character that is not whole yet; not written, so that what is written can be drawn at any time. */
  #held: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #lines = 0;
  readonly #scrollback: number;
  readonly #state: XtermState;

  constructor(size: ScreenSize, scrollback = SCROLLBACK_LINES) {
    this.#terminal = new headless.Terminal({ cols: size.columns, rows: size.rows, scrollback, allowProposedApi: true, logLevel: "off" });
    this.#terminal.loadAddon(new UnicodeGraphemesAddon());
    this.#scrollback = scrollback;
    this.#state = stateOf(this.#terminal);
  }

  /** Bytes of the stream that the screen shows. */
  get offset(): number {
    return this.#offset;
  }

  /** Line feeds among those bytes. */
  get lines(): number {
    return this.#lines;
  }

  get size(): ScreenSize {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows };
  }

  get inAlternate(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  /**
   * Draws bytes; of many lines at once, those that are not scrolled away by the lines behind them. Throws what xterm throws on them; then the
   * screen is of no use any more.
   */
  write(bytes: Uint8Array): void {
    let all = bytes;
    if (this.#held.length > 0) {
      all = new Uint8Array(this.#held.length + bytes.length);
      all.set(this.#held);
      all.set(bytes, this.#held.length);
    }
    const end = wholeEnd(all);
    this.#held = all.slice(end);
    if (end === 0) return;
    this.#draw(all.subarray(0, end));
    this.#offset += end;
    // One by one: a search from one to the next takes ten times as long where lines are short.
    for (let at = 0; at < end; at++) if (all[at] === 10) this.#lines++;
  }

  #draw(bytes: Uint8Array): void {
    const { rows } = this.#terminal;
    // Below this nothing can be left out.
    const few = 2 * (rows + this.#scrollback + SPARE_LINES);
    let drawn = 0;
    for (let at = 0; at < bytes.length && bytes.length - at > few;) {
      const run = plainRun(bytes, at);
      const late = run.feeds >= few ? lateLine(bytes, run, rows + this.#scrollback + SPARE_LINES, rows) : undefined;
      if (late !== undefined) {
        this.#state.writeSync(bytes.subarray(drawn, run.start));
        drawn = this.#skip(bytes, run, late);
      }
      at = run.end < bytes.length ? (readSequence(bytes, run.end)?.end ?? run.end + 1) : run.end;
    }
    this.#state.writeSync(bytes.subarray(drawn));
  }

  /** Leaves the lines of a run before `late` out where they are sure to be gone at its end. Returns where drawing goes on. */
  #skip(bytes: Uint8Array, run: PlainRun, late: number): number {
    const { rows, buffer } = this.#terminal;
    const { normal, parser } = this.#state;
    const scrolls = normal.scrollTop === 0 && normal.scrollBottom === rows - 1;
    if (buffer.active.type !== "normal" || !scrolls || parser.currentState !== 0) return run.start;
    // They would have brought the cursor to the last row; what is drawn here scrolls away like them.
    this.#state.writeSync(encoder.encode("\r\n".repeat(rows)));
    this.#state.writeSync(stylesOf(bytes, run.start, late));
    return late;
  }

  /** After everything that was written. */
  resize(size: ScreenSize): void {
    this.#terminal.resize(size.columns, size.rows);
  }

  /** What brings a fresh terminal to this; undefined while a sequence is not whole. */
  draw(): string | undefined {
    return drawScreen(this.#terminal);
  }

  dispose(): void {
    this.#terminal.dispose();
  }
}

/** End of the last whole sequence or character. */
export function wholeEnd(bytes: Uint8Array): number {
  const least = Math.max(0, bytes.length - MOST_SEQUENCE);
  const escape = bytes.lastIndexOf(0x1b);
  if (escape >= least && readSequence(bytes, escape) === undefined) {
    // It may be the first byte of the end of a string.
    const before = escape === 0 ? -1 : bytes.lastIndexOf(0x1b, escape - 1);
    return before >= least && readSequence(bytes, before) === undefined ? before : escape;
  }
  let at = bytes.length - 1;
  while (at >= 0 && at > bytes.length - 4 && (bytes[at]! & 0xc0) === 0x80) at--;
  if (at < 0) return bytes.length;
  const first = bytes[at]!;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return at + length > bytes.length ? at : bytes.length;
}
