import { type LogLine, timeOrder } from "./log-line.ts";

/** Lines and characters kept at most; a longer log loses its oldest lines here, never in its recording. */
export const MOST_LINES = 20_000;
const MOST_CHARACTERS = 16 * 1024 * 1024;
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
  readonly #most: number;

  constructor(most = MOST_LINES) {
    this.#most = most;
  }

  /** Oldest first. The array is another one after every change. */
  lines: readonly LogLine[] = [];

  /** Lines that were here and are not any more. */
  get dropped(): number {
    return this.#dropped;
  }

  add(lines: readonly LogLine[]): void {
    if (lines.length === 0) return;
    // What has no time of its own stands where it came.
    let last = this.#kept.at(-1)?.order ?? "";
    const fresh = lines.map((line) => {
      last = line.time === undefined ? last : timeOrder(line.time);
      const text = line.text.length > LINE_CHARACTERS ? `${line.text.slice(0, LINE_CHARACTERS)}…` : line.text;
      return { line: text === line.text ? line : { ...line, text }, order: last };
    });
    const end = this.#kept.at(-1);
    const inOrder = fresh.every(({ order }, index) => order >= (index === 0 ? (end?.order ?? "") : fresh[index - 1]!.order));
    this.#kept.push(...fresh);
    // Stable: lines of one moment stay as they came.
    if (!inOrder) this.#kept.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.line.row - b.line.row));
    for (const { line } of fresh) this.#characters += line.text.length;
    this.#shorten();
    this.lines = this.#kept.map(({ line }) => line);
  }

  clear(): void {
    this.#kept = [];
    this.lines = [];
    this.#characters = this.#dropped = 0;
  }

  #shorten(): void {
    let gone = 0;
    while (this.#kept.length - gone > this.#most || (this.#characters > MOST_CHARACTERS && this.#kept.length - gone > 1))
      this.#characters -= this.#kept[gone++]!.line.text.length;
    if (gone === 0) return;
    this.#kept.splice(0, gone);
    this.#dropped += gone;
  }
}
