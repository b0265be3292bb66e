/** Longest piece that is told as a line, in bytes; what is longer goes on in the next one. */
const LINE_BYTES = 64 * 1024;
/** A line that must be cut is cut at a space if there is one this near to the limit, in bytes: half a word hides from masking. */
const SPACE_WITHIN = 8 * 1024;

const [LINE_END, SPACE] = [10, 32];

/** Parts a program's output into lines, wherever the pieces are split. The memory it takes does not depend on how long a line is. */
export class OutputLines {
  readonly #tell: (line: string) => void | Promise<void>;
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** `tell` is waited for; lines come without their ends. */
  constructor(tell: (line: string) => void | Promise<void>) {
    this.#tell = tell;
  }

  /** `enough`: whatever follows is of no use. */
  async add(chunk: Buffer, enough: () => boolean = () => false): Promise<void> {
    let from = 0;
    for (let at = chunk.indexOf(LINE_END); at >= 0 && !enough(); at = chunk.indexOf(LINE_END, from)) {
      await this.#piece(chunk.subarray(from, at), enough);
      await this.#line();
      from = at + 1;
    }
    if (!enough()) await this.#piece(chunk.subarray(from), enough);
  }

  /** What came after the last line end. */
  async end(): Promise<void> {
    if (this.#restBytes > 0) await this.#line();
  }

  /** Part of a line whose end has not come. */
  async #piece(bytes: Buffer, enough: () => boolean): Promise<void> {
    if (bytes.length === 0) return;
    // The reader's buffer is used again.
    this.#rest.push(Buffer.from(bytes));
    this.#restBytes += bytes.length;
    while (this.#restBytes > LINE_BYTES) {
      const whole = Buffer.concat(this.#rest);
      const cut = cutOf(whole);
      await this.#tell(whole.toString("utf8", 0, cut));
      this.#rest = [whole.subarray(cut)];
      this.#restBytes = whole.length - cut;
      if (enough()) return;
    }
  }

  async #line(): Promise<void> {
    const line = this.#rest.length === 1 ? this.#rest[0]! : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    await this.#tell(line.toString("utf8"));
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
