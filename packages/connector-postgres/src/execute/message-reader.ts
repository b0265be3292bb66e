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
  /** Without type and length; for rows: whole messages, valid until they are given back with `release`. */
  body: Buffer;
  /** Rows in a run; 0 for everything else. */
  rows: number;
}

/** Rows are handed on once this many bytes of them came together. */
const GROUP_BYTES = 64 * 1024;
/** PostgreSQL's own limit of one message is 1 GiB. */
const MAX_MESSAGE_BYTES = 0x40000000;
const HEADER_BYTES = 5;

/** Group buffers kept for reuse. */
const SPARE_GROUPS = 16;

/**
 * Cuts a byte stream into messages without decoding values. DataRows are only measured, and copied together into groups of about 64 KiB,
 * because the server sends 8 KiB at a time. Groups are reused: a fresh buffer for each costs more in garbage collection than copying does.
 */
export class MessageReader {
  readonly #emit: (message: Message) => void;
  /** The beginning of a message that was split over reads. */
  #tail = Buffer.allocUnsafeSlow(GROUP_BYTES);
  #tailBytes = 0;
  #group: Buffer | undefined;
  #groupBytes = 0;
  #groupRows = 0;
  readonly #spare: Buffer[] = [];

  constructor(emit: (message: Message) => void) {
    this.#emit = emit;
  }

  /** Rows wait to become a whole group. */
  get pending(): boolean {
    return this.#groupRows > 0;
  }

  /** Takes rows back whose receiver is done with them. */
  release(rows: Buffer): void {
    if (rows.buffer.byteLength !== GROUP_BYTES || this.#spare.length >= SPARE_GROUPS) return;
    this.#spare.push(Buffer.from(rows.buffer, 0, GROUP_BYTES));
  }

  /** Takes the next bytes from the socket, which may reuse them afterwards; throws when they are not of the protocol. */
  push(chunk: Buffer): void {
    const from = this.#tailBytes === 0 ? 0 : this.#complete(chunk);
    if (this.#tailBytes === 0) this.#cut(from === 0 ? chunk : chunk.subarray(from));
  }

  #cut(bytes: Buffer): void {
    const length = bytes.length;
    let at = 0;
    let run = 0;
    let rows = 0;
    while (at + HEADER_BYTES <= length) {
      const size = messageBytes(bytes, at);
      if (at + size > length) break;
      const code = bytes[at]!;
      if (code === MESSAGE.dataRow) {
        if (rows++ === 0) run = at;
      } else {
        if (rows > 0) this.#addRun(bytes, run, at, rows);
        rows = 0;
        this.flush();
        this.#emit({ code, body: Buffer.from(bytes.subarray(at + HEADER_BYTES, at + size)), rows: 0 });
      }
      at += size;
    }
    if (rows > 0) this.#addRun(bytes, run, at, rows);
    if (at < length) this.#keep(bytes, at, length);
  }

  /** Emits the rows gathered so far. */
  flush(): void {
    if (this.#group === undefined || this.#groupRows === 0) return;
    const message = { code: MESSAGE.dataRow, body: this.#group.subarray(0, this.#groupBytes), rows: this.#groupRows };
    this.#group = undefined;
    this.#groupBytes = 0;
    this.#groupRows = 0;
    this.#emit(message);
  }

  /** Fills the split message up from the start of `chunk` and emits it when it is whole; returns the bytes taken. */
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
    this.#cut(this.#tail.subarray(0, size));
    if (this.#tail.length > GROUP_BYTES) this.#tail = Buffer.allocUnsafeSlow(GROUP_BYTES);
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

  #addRun(bytes: Buffer, start: number, end: number, rows: number): void {
    const size = end - start;
    if (this.#groupRows > 0 && this.#groupBytes + size > GROUP_BYTES) this.flush();
    if (size > GROUP_BYTES) {
      this.#emit({ code: MESSAGE.dataRow, body: Buffer.from(bytes.subarray(start, end)), rows });
      return;
    }
    this.#group ??= this.#spare.pop() ?? Buffer.allocUnsafeSlow(GROUP_BYTES);
    bytes.copy(this.#group, this.#groupBytes, start, end);
    this.#groupBytes += size;
    this.#groupRows += rows;
  }
}

function messageBytes(bytes: Buffer, at: number): number {
  const size = ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) + 1;
  if (size < HEADER_BYTES || size > MAX_MESSAGE_BYTES) throw new Error("the target sent bytes that are not of the PostgreSQL protocol");
  return size;
}
