import type { ExecuteSink, SourceColumn } from "@interlock/connector";
import { plainOutput } from "./plain-output.ts";

/** Bytes after which rows are handed on. */
const FULL = 64 * 1024;
/** Longest line that becomes one row, in bytes; what is longer goes on in the next one. */
const LINE_BYTES = 64 * 1024;
/** A line that must be cut is cut at a space if there is one this near to the limit, in bytes: half a word hides from masking. */
const SPACE_WITHIN = 8 * 1024;

const [LINE_END, SPACE] = [10, 32];

/** A column of text that anybody may have written: its values are searched for what is to be masked. */
export const column = (name: string): SourceColumn => ({ name, type: "text", sources: [], searchable: true, stored: false });

/** The values of a line of output; undefined for one that is no row. Asked line by line, in order. */
export type LineShape = (line: string) => readonly string[] | undefined | Promise<readonly string[] | undefined>;

const asItIs: LineShape = (line) => [line];

/** Makes DataRow messages (see protocol/result-chunk.ts) of texts. */
export class RowWriter {
  readonly #sink: ExecuteSink;
  readonly #statement: number;
  readonly #cap: number;
  #rows: Buffer[] = [];
  #size = 0;
  #count = 0;
  #all = 0;
  #rest: Buffer[] = [];
  #restBytes = 0;

  readonly #shape: LineShape;

  constructor(sink: ExecuteSink, statement: number, cap = Infinity, shape: LineShape = asItIs) {
    this.#sink = sink;
    this.#statement = statement;
    this.#cap = cap;
    this.#shape = shape;
  }

  /** Whether rows beyond the cap were left out. */
  get truncated(): boolean {
    return this.#all > this.#cap;
  }

  async add(values: readonly string[]): Promise<void> {
    if (++this.#all > this.#cap) return;
    const row = dataRow(values);
    this.#rows.push(row);
    this.#size += row.length;
    this.#count++;
    if (this.#size >= FULL) await this.flush();
  }

  /** Output as it comes: a row for each whole line, without what a terminal would obey. The memory it takes does not depend on the lines. */
  async text(chunk: Buffer): Promise<void> {
    let from = 0;
    for (let at = chunk.indexOf(LINE_END); at >= 0 && !this.truncated; at = chunk.indexOf(LINE_END, from)) {
      await this.#piece(chunk.subarray(from, at));
      await this.#line();
      from = at + 1;
    }
    if (!this.truncated) await this.#piece(chunk.subarray(from));
    // What follows a change may come line by line, with long pauses.
    await this.flush();
  }

  async finish(): Promise<void> {
    if (this.#restBytes > 0) await this.#line();
    await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#count === 0) return;
    const [rows, count] = [Buffer.concat(this.#rows), this.#count];
    this.#rows = [];
    this.#size = this.#count = 0;
    await this.#sink.rows(this.#statement, rows, count);
  }

  /** Part of a line whose end has not come. */
  async #piece(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    // The reader's buffer is used again.
    this.#rest.push(Buffer.from(bytes));
    this.#restBytes += bytes.length;
    while (this.#restBytes > LINE_BYTES) {
      const whole = Buffer.concat(this.#rest);
      const cut = cutOf(whole);
      await this.#shaped(whole.toString("utf8", 0, cut));
      this.#rest = [whole.subarray(cut)];
      this.#restBytes = whole.length - cut;
      if (this.truncated) return;
    }
  }

  async #line(): Promise<void> {
    const line = this.#rest.length === 1 ? this.#rest[0]! : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    await this.#shaped(line.toString("utf8"));
  }

  async #shaped(line: string): Promise<void> {
    const values = await this.#shape(plainOutput(line));
    if (values !== undefined) await this.add(values);
  }
}

/** Where a line that is too long is cut: behind a space, else before a character. */
function cutOf(line: Buffer): number {
  const space = line.lastIndexOf(SPACE, LINE_BYTES - 1);
  if (space >= LINE_BYTES - SPACE_WITHIN) return space + 1;
  let cut = LINE_BYTES;
  // Bytes 10xxxxxx go on with a character of UTF-8.
  while (cut > LINE_BYTES - 4 && (line[cut]! & 0xc0) === 0x80) cut--;
  return cut;
}

function dataRow(values: readonly string[]): Buffer {
  const texts = values.map((value) => Buffer.from(value));
  const size = texts.reduce((sum, text) => sum + 4 + text.length, 6);
  const row = Buffer.alloc(1 + size);
  row.write("D", 0, "latin1");
  row.writeInt32BE(size, 1);
  row.writeInt16BE(texts.length, 5);
  let at = 7;
  for (const text of texts) {
    row.writeInt32BE(text.length, at);
    text.copy(row, at + 4);
    at += 4 + text.length;
  }
  return row;
}
