/** Message types the server sends that the executor tells apart (first byte). */
export const MESSAGE = {
  dataRow: 0x44, // D
  rowDescription: 0x54, // T
  noData: 0x6e, // n
  parseComplete: 0x31, // 1
  bindComplete: 0x32, // 2
  closeComplete: 0x33, // 3
  commandComplete: 0x43, // C
  emptyQuery: 0x49, // I
  portalSuspended: 0x73, // s
  readyForQuery: 0x5a, // Z
  error: 0x45, // E
  notice: 0x4e, // N
  parameterStatus: 0x53, // S
  copyIn: 0x47, // G
  copyOut: 0x48, // H
  copyBoth: 0x57, // W
} as const;

/** One message, or (`code` = dataRow) a run of DataRow messages back to back with their headers. */
export interface Message {
  code: number;
  /** Without type and length; for rows: whole messages. */
  body: Buffer;
  /** Rows in a run; 0 for everything else. */
  rows: number;
}

/** Where messages go, in order. */
export interface MessageTaker {
  message(message: Message): void;
  /**
   * A run of DataRow messages where the socket put them, so that rows are copied once, by whoever keeps them. True: the bytes are still in
   * use, and whoever owns the read buffer leaves it alone until they are not; else they are valid during the call only.
   */
  rows(run: Buffer, rows: number): boolean;
}

/** Most that is kept for the beginning of a split message between two of them. */
const TAIL_BYTES = 64 * 1024;
/** PostgreSQL's own limit of one message is 1 GiB. */
const MAX_MESSAGE_BYTES = 0x40000000;
const HEADER_BYTES = 5;

/** Cuts a byte stream into messages without decoding values: DataRows are only measured. */
export class MessageReader {
  readonly #taker: MessageTaker;
  /** The beginning of a message that was split over reads. */
  #tail = Buffer.allocUnsafeSlow(TAIL_BYTES);
  #tailBytes = 0;

  constructor(taker: MessageTaker) {
    this.#taker = taker;
  }

  /** Takes the next bytes from the socket; throws when they are not of the protocol. */
  push(chunk: Buffer): void {
    const from = this.#tailBytes === 0 ? 0 : this.#complete(chunk);
    if (this.#tailBytes === 0) this.#cut(chunk, from);
  }

  #cut(bytes: Buffer, from: number): void {
    const length = bytes.length;
    let at = from;
    let run = from;
    let rows = 0;
    while (at + HEADER_BYTES <= length) {
      const size = messageBytes(bytes, at);
      if (at + size > length) break;
      const code = bytes[at]!;
      if (code === MESSAGE.dataRow) {
        if (rows++ === 0) run = at;
      } else {
        if (rows > 0) this.#taker.rows(bytes.subarray(run, at), rows);
        rows = 0;
        this.#taker.message({ code, body: Buffer.from(bytes.subarray(at + HEADER_BYTES, at + size)), rows: 0 });
      }
      at += size;
    }
    // Kept before the rows are handed on: whoever takes them may use the bytes for longer, but not these.
    if (at < length) this.#keep(bytes, at, length);
    if (rows > 0) this.#taker.rows(bytes.subarray(run, at), rows);
  }

  /** Fills the split message up from the start of `chunk` and hands it on when it is whole; returns the bytes taken. */
  #complete(chunk: Buffer): number {
    let taken = 0;
    if (this.#tailBytes < HEADER_BYTES) {
      taken = Math.min(HEADER_BYTES - this.#tailBytes, chunk.length);
      this.#keep(chunk, 0, taken);
      if (this.#tailBytes < HEADER_BYTES) return taken;
    }
    const size = messageBytes(this.#tail, 0);
    // Room for the whole message at once, so that a large one is not copied again with every read.
    if (size > this.#tail.length) {
      const larger = Buffer.allocUnsafeSlow(size);
      this.#tail.copy(larger, 0, 0, this.#tailBytes);
      this.#tail = larger;
    }
    const missing = Math.min(size - this.#tailBytes, chunk.length - taken);
    this.#keep(chunk, taken, taken + missing);
    taken += missing;
    if (this.#tailBytes < size) return taken;
    this.#tailBytes = 0;
    const whole = this.#tail.subarray(0, size);
    let inUse = false;
    if (whole[0] === MESSAGE.dataRow) inUse = this.#taker.rows(whole, 1);
    else this.#taker.message({ code: whole[0]!, body: Buffer.from(whole.subarray(HEADER_BYTES)), rows: 0 });
    if (inUse || this.#tail.length > TAIL_BYTES) this.#tail = Buffer.allocUnsafeSlow(TAIL_BYTES);
    return taken;
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    const needed = this.#tailBytes + end - start;
    if (needed > this.#tail.length) {
      const larger = Buffer.allocUnsafeSlow(needed);
      this.#tail.copy(larger, 0, 0, this.#tailBytes);
      this.#tail = larger;
    }
    bytes.copy(this.#tail, this.#tailBytes, start, end);
    this.#tailBytes = needed;
  }
}

function messageBytes(bytes: Buffer, at: number): number {
  const size = ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) + 1;
  if (size < HEADER_BYTES || size > MAX_MESSAGE_BYTES) throw new Error("the target sent bytes that are not of the PostgreSQL protocol");
  return size;
}
