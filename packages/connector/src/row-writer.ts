import type { ExecuteSink, SourceColumn } from "./execute.ts";
import { OutputLines } from "./output-lines.ts";
import { plainOutput } from "./plain-output.ts";

/** Bytes after which rows are handed on. */
const FULL = 64 * 1024;

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
  readonly #lines: OutputLines;

  constructor(sink: ExecuteSink, statement: number, cap = Infinity, shape: LineShape = asItIs) {
    this.#sink = sink;
    this.#statement = statement;
    this.#cap = cap;
    this.#lines = new OutputLines(async (line) => {
      const values = await shape(plainOutput(line));
      if (values !== undefined) await this.add(values);
    });
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
    await this.#lines.add(chunk, () => this.truncated);
    // What follows a change may come line by line, with long pauses.
    await this.flush();
  }

  async finish(): Promise<void> {
    await this.#lines.end();
    await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#count === 0) return;
    const [rows, count] = [Buffer.concat(this.#rows), this.#count];
    this.#rows = [];
    this.#size = this.#count = 0;
    await this.#sink.rows(this.#statement, rows, count);
  }
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
