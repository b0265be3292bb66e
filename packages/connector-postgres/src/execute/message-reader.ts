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

/** Rows are handed on once this many bytes of them came together. */
const GROUP_BYTES = 64 * 1024;
/** PostgreSQL's own limit of one message is 1 GiB. */
const MAX_MESSAGE_BYTES = 0x40000000;
const HEADER_BYTES = 5;

/**
 * Cuts a byte stream into messages without decoding values. DataRows are only measured; small runs are copied together into groups
 * of about 64 KiB because the server sends 8 KiB at a time, and a run that is large already is passed on as a slice of the socket's
 * own buffer.
 */
export class MessageReader {
  readonly #emit: (message: Message) => void;
  #tail: Buffer[] = [];
  #tailBytes = 0;
  #group: Buffer | undefined;
  #groupBytes = 0;
  #groupRows = 0;

  constructor(emit: (message: Message) => void) {
    this.#emit = emit;
  }

  /** Rows wait to become a whole group. */
  get pending(): boolean {
    return this.#groupRows > 0;
  }

  /** Takes the next bytes from the socket; throws when they are not of the protocol. */
  push(chunk: Buffer): void {
    const bytes = this.#join(chunk);
    if (bytes === undefined) return;
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
        this.#emit({ code, body: bytes.subarray(at + HEADER_BYTES, at + size), rows: 0 });
      }
      at += size;
    }
    if (rows > 0) this.#addRun(bytes, run, at, rows);
    if (at < length) this.#keep(bytes.subarray(at));
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

  #keep(tail: Buffer): void {
    this.#tail.push(tail);
    this.#tailBytes += tail.length;
  }

  /** The kept tail and the chunk as one buffer; undefined while the message at its start is still incomplete. */
  #join(chunk: Buffer): Buffer | undefined {
    if (this.#tailBytes === 0) return chunk;
    this.#keep(chunk);
    if (this.#tailBytes < HEADER_BYTES) return undefined;
    // A message far larger than a chunk is joined once, when it is whole, not again with every chunk.
    let first = this.#tail[0]!;
    if (first.length < HEADER_BYTES) {
      first = Buffer.concat(this.#tail);
      this.#tail = [first];
    }
    if (messageBytes(first, 0) > this.#tailBytes) return undefined;
    const joined = this.#tail.length === 1 ? first : Buffer.concat(this.#tail, this.#tailBytes);
    this.#tail = [];
    this.#tailBytes = 0;
    return joined;
  }

  #addRun(bytes: Buffer, start: number, end: number, rows: number): void {
    const size = end - start;
    if (this.#groupRows > 0 && this.#groupBytes + size > GROUP_BYTES) this.flush();
    if (size >= GROUP_BYTES / 2 && this.#groupRows === 0) {
      this.#emit({ code: MESSAGE.dataRow, body: bytes.subarray(start, end), rows });
      return;
    }
    this.#group ??= Buffer.allocUnsafeSlow(GROUP_BYTES);
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
