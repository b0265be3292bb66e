/**
 * Output that waits to be taken, with the stream it came on. What came is copied together: kept as it comes, a host that sends it byte by byte
 * would make each of its bytes cost hundreds here.
 */
export class Backlog<Stream = void> {
  #bytes: Buffer = NOTHING;
  #length = 0;
  /** What came on one stream and nothing of another between: where it ends, and the stream. */
  #ends: number[] = [];
  #streams: Stream[] = [];

  /** Bytes that wait. */
  get length(): number {
    return this.#length;
  }

  /** The memory of `bytes` is not used again by whoever hands them over. */
  add(bytes: Buffer, stream: Stream): void {
    const length = this.#length + bytes.length;
    if (this.#length === 0) this.#bytes = bytes;
    else {
      this.#room(length);
      this.#bytes.set(bytes, this.#length);
    }
    this.#length = length;
    const last = this.#streams.length - 1;
    if (last >= 0 && this.#streams[last] === stream) this.#ends[last] = length;
    else {
      this.#ends.push(length);
      this.#streams.push(stream);
    }
  }

  /** All of it, in its order, in pieces as long as one stream goes on; nothing waits any more. */
  take(): Iterable<{ bytes: Buffer; stream: Stream }> {
    const taken = pieces(this.#bytes, this.#ends, this.#streams);
    this.#bytes = NOTHING;
    this.#length = 0;
    this.#ends = [];
    this.#streams = [];
    return taken;
  }

  #room(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#bytes.length));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

const NOTHING = Buffer.alloc(0);

function* pieces<Stream>(bytes: Buffer, ends: readonly number[], streams: readonly Stream[]): Generator<{ bytes: Buffer; stream: Stream }> {
  let start = 0;
  for (const [at, stream] of streams.entries()) {
    yield { bytes: bytes.subarray(start, ends[at]), stream };
    start = ends[at]!;
  }
}
