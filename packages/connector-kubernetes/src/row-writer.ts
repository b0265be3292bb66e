import type { ExecuteSink } from "@interlock/connector";

/** Bytes after which rows are handed on. */
const FULL = 64 * 1024;

/** Makes DataRow messages (see protocol/result-chunk.ts) of texts. */
export class RowWriter {
  readonly #sink: ExecuteSink;
  readonly #statement: number;
  readonly #cap: number;
  #rows: Buffer[] = [];
  #size = 0;
  #count = 0;
  #all = 0;
  #rest = Buffer.alloc(0);

  constructor(sink: ExecuteSink, statement: number, cap = Infinity) {
    this.#sink = sink;
    this.#statement = statement;
    this.#cap = cap;
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

  /** Output as it comes: a row for each whole line. */
  async text(chunk: Buffer): Promise<void> {
    const lines = Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (let at = lines.indexOf(10); at >= 0; at = lines.indexOf(10, from)) {
      await this.add([lines.toString("utf8", from, at)]);
      from = at + 1;
    }
    this.#rest = lines.subarray(from);
    // What follows a change may come line by line, with long pauses.
    await this.flush();
  }

  async finish(): Promise<void> {
    if (this.#rest.length > 0) await this.add([this.#rest.toString("utf8")]);
    this.#rest = Buffer.alloc(0);
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
