const decoder = new TextDecoder();
const NONE = new Uint8Array(0);
const MOST_EXPECTED = 256 * 1024;

/** Bytes put together piece by piece; its memory grows and is used again until it is taken. */
export class ByteBuilder {
  #bytes: Uint8Array;
  #length = 0;
  readonly #least: number;
  /** Bytes that were taken last: what comes next is likely to be as long. */
  #expected = 0;

  constructor(least: number) {
    this.#least = least;
    this.#bytes = NONE;
  }

  get length(): number {
    return this.#length;
  }

  byte(code: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = code;
  }

  append(from: Uint8Array, start: number, end: number): void {
    const count = end - start;
    if (count <= 0) return;
    if (this.#length + count > this.#bytes.length) this.#grow(count);
    const to = this.#bytes;
    let at = this.#length;
    // Making a view costs more than copying this much by hand.
    if (count < 64) for (let i = start; i < end; i++) to[at++] = from[i]!;
    else to.set(from.subarray(start, end), at);
    this.#length += count;
  }

  /** Text of code points up to U+00FF, a byte each. */
  appendLatin1(text: string): void {
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
  }

  /** What was put together, without a copy; valid until the next change. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** What was put together, as UTF-8. */
  text(): string {
    return decoder.decode(this.view());
  }

  /** What was put together, to keep; begins anew. */
  take(): Uint8Array {
    const taken = this.view();
    this.#expected = Math.min(taken.length + 64, MOST_EXPECTED);
    this.#bytes = NONE;
    this.#length = 0;
    return taken;
  }

  clear(): void {
    this.#length = 0;
    // What was once needed for a long one is not kept for ever.
    if (this.#bytes.length > 16 * this.#least) this.#bytes = NONE;
  }

  #grow(by: number): void {
    const larger = new Uint8Array(Math.max(this.#least, this.#expected, this.#bytes.length * 2, this.#length + by));
    larger.set(this.view());
    this.#bytes = larger;
  }
}
