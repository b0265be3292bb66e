/** Reads the data types of SSH (RFC 4251, section 5). Throws RangeError where the bytes end too early. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  bytes(): Buffer {
    const length = this.#bytes.readUInt32BE(this.#at);
    const end = this.#at + 4 + length;
    if (end > this.#bytes.length) throw new RangeError("The bytes end within a string.");
    const found = this.#bytes.subarray(this.#at + 4, end);
    this.#at = end;
    return found;
  }

  text(): string {
    return this.bytes().toString("utf8");
  }

  uint32(): number {
    const value = this.#bytes.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  uint64(): bigint {
    const value = this.#bytes.readBigUInt64BE(this.#at);
    this.#at += 8;
    return value;
  }
}

/** A string of the wire: its length and its bytes. */
export function wireString(value: Buffer | string): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
