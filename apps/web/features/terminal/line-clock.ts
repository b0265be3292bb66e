import type { IMarker, Terminal } from "@xterm/xterm";

/** Samples kept: at sixty a second more than a minute of output that never rests. */
const SAMPLES = 4_096;

type Watched = Pick<Terminal, "buffer" | "registerMarker" | "rows" | "options">;

/**
 * Which line of a terminal is which, for everybody alike: rows are counted from the top of the screen as it was at an offset of the output, and
 * this remembers where that top was, since lines scroll away and the oldest are dropped. Lines are numbered from the last picture on.
 *
 * xterm tells no number of lines dropped, so a marker is kept above the screen, where no program moves lines, and asked how far it has gone.
 */
export class LineClock {
  readonly #term: Watched;
  /** Offset, and the number of the top line of the screen there; ascending. */
  #samples: { offset: number; top: number }[] = [];
  #anchor: { marker: IMarker; line: number } | undefined;
  #dropped = 0;

  constructor(term: Watched) {
    this.#term = term;
  }

  /** Everything up to `offset` is drawn, and nothing after it. */
  drew(offset: number): void {
    this.#count();
    const top = this.#dropped + this.#term.buffer.normal.baseY;
    const last = this.#samples.at(-1);
    if (last?.offset === offset) last.top = top;
    else this.#samples.push({ offset, top });
    if (this.#samples.length > SAMPLES) this.#samples.splice(0, SAMPLES / 4);
  }

  /** The screen began anew, or its lines were broken anew: what was said of it before is about other lines. */
  anew(): void {
    this.#samples = [];
    this.#dropped = 0;
    this.#anchor?.marker.dispose();
    this.#anchor = undefined;
  }

  /** Offset that is drawn. */
  get offset(): number | undefined {
    return this.#samples.at(-1)?.offset;
  }

  /** Row of a line of the buffer, counted from the top of the screen as it is now. */
  row(index: number): number {
    return index - this.#term.buffer.normal.baseY;
  }

  /** A number that a line of the buffer keeps, however much is dropped before it, until the screen begins anew. */
  line(index: number): number {
    return this.#dropped + index;
  }

  /** Line of the buffer that was in `row` when `offset` was drawn. Undefined: not known, or dropped since. */
  index(offset: number, row: number): number | undefined {
    const top = this.#top(offset);
    if (top === undefined) return undefined;
    const index = top + row - this.#dropped;
    return index >= 0 && index < this.#term.buffer.normal.length ? index : undefined;
  }

  #top(offset: number): number | undefined {
    let [low, high] = [0, this.#samples.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#samples[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    const [at, before] = [this.#samples[low], this.#samples[low - 1]];
    if (at?.offset === offset) return at.top;
    // Between two samples it is known where nothing moved between them.
    return at !== undefined && at.top === before?.top ? at.top : undefined;
  }

  #count(): void {
    const { normal, active } = this.#term.buffer;
    const kept = this.#term.options.scrollback ?? 0;
    if (this.#anchor !== undefined) {
      const { marker, line } = this.#anchor;
      if (marker.isDisposed || marker.line < 0) this.anew();
      else this.#dropped = line - marker.line;
    } else if (normal.baseY >= kept && this.#samples.length > 0) {
      // It filled up at once, and perhaps ran over.
      this.anew();
    }
    if (active.type !== "normal" || normal.baseY === 0) return;
    if (this.#anchor !== undefined && this.#anchor.marker.line > normal.baseY - kept / 2) return;
    this.#anchor?.marker.dispose();
    const marker = this.#term.registerMarker(-normal.cursorY - 1);
    this.#anchor = { marker, line: this.#dropped + marker.line };
  }
}
