import { type LogLine, timeOrder } from "./log-line.ts";

/** Lines and characters kept at most; a longer log loses its oldest lines here, never in its recording. */
const MOST_LINES = 20_000;
const MOST_CHARACTERS = 16 * 1024 * 1024;
/** Lines that may come before they are put in order: each time costs a walk over all of them. */
const SLACK = 2_000;
/** Characters of one line that are drawn. */
const LINE_CHARACTERS = 16 * 1024;

interface Kept {
  line: LogLine;
  order: string;
}

/** The newest lines of a log, ordered by the time they were written: streams of several pods come in one after another, not interleaved. */
export class LogBuffer {
  #kept: Kept[] = [];
  #characters = 0;
  #dropped = 0;
  /** Lines came that were written before others that are here. */
  #mixed = false;
  /** What `lines` answers until more come. */
  #lines: readonly LogLine[] | undefined = [];
  readonly #most: number;

  constructor(most = MOST_LINES) {
    this.#most = most;
  }

  /** Oldest first. The array is another one after every change. */
  get lines(): readonly LogLine[] {
    if (this.#lines !== undefined) return this.#lines;
    this.#settle();
    return (this.#lines = this.#kept.map(({ line }) => line));
  }

  /** Lines that were here and are not any more. */
  get dropped(): number {
    if (this.#lines === undefined) this.#settle();
    return this.#dropped;
  }

  add(lines: readonly LogLine[]): void {
    // What has no time of its own stands where it came.
    let last = this.#kept.at(-1)?.order ?? "";
    for (const line of lines) {
      const order = line.time === undefined ? last : timeOrder(line.time);
      this.#mixed ||= order < last;
      const kept = line.text.length > LINE_CHARACTERS ? { ...line, text: `${line.text.slice(0, LINE_CHARACTERS)}…` } : line;
      this.#kept.push({ line: kept, order });
      this.#characters += kept.text.length;
      last = order;
    }
    if (lines.length > 0) this.#lines = undefined;
    // Nobody may be looking.
    if (this.#kept.length > this.#most + SLACK || this.#characters > 2 * MOST_CHARACTERS) this.#settle();
  }

  clear(): void {
    this.#kept = [];
    this.#lines = [];
    this.#mixed = false;
    this.#characters = this.#dropped = 0;
  }

  #settle(): void {
    // Stable: lines of one moment stay as they came.
    if (this.#mixed) this.#kept.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.line.row - b.line.row));
    this.#mixed = false;
    let gone = 0;
    while (this.#kept.length - gone > this.#most || (this.#characters > MOST_CHARACTERS && this.#kept.length - gone > 1))
      this.#characters -= this.#kept[gone++]!.line.text.length;
    this.#kept.splice(0, gone);
    this.#dropped += gone;
  }
}
