/** The newest bytes of a stream, in memory that two threads share: one puts them there, the other takes them out, by their offset in the stream. */
export class SharedRing {
  readonly memory: SharedArrayBuffer;
  readonly #bytes: Uint8Array;

  /** `memory`: how many bytes, or that of the same ring in the other thread. */
  constructor(memory: number | SharedArrayBuffer) {
    this.memory = typeof memory === "number" ? new SharedArrayBuffer(memory) : memory;
    this.#bytes = new Uint8Array(this.memory);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** What was there is gone: the caller knows that it has been taken out. */
  put(offset: number, bytes: Uint8Array): void {
    if (bytes.length > this.length) throw new RangeError("more bytes than a ring holds");
    const at = offset % this.length;
    const first = bytes.subarray(0, this.length - at);
    this.#bytes.set(first, at);
    this.#bytes.set(bytes.subarray(first.length), 0);
  }

  /** Views of what was put there; two where it goes over the end. */
  views(offset: number, length: number): Uint8Array[] {
    const at = offset % this.length;
    const end = at + length;
    if (end <= this.length) return [this.#bytes.subarray(at, end)];
    return [this.#bytes.subarray(at), this.#bytes.subarray(0, end - this.length)];
  }
}
