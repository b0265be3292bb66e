/** The few forms of ASN.1's distinguished encoding (X.690) that certificates need. */

export function tlv(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length: number[] = [];
  for (let rest = content.length; rest > 0; rest >>= 8) length.unshift(rest & 0xff);
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length, ...length]), content]);
}

export const sequence = (...items: readonly Buffer[]): Buffer => tlv(0x30, ...items);
export const set = (...items: readonly Buffer[]): Buffer => tlv(0x31, ...items);
export const octets = (content: Buffer): Buffer => tlv(0x04, content);
export const bits = (content: Buffer, unused = 0): Buffer => tlv(0x03, Buffer.from([unused]), content);
export const utf8 = (text: string): Buffer => tlv(0x0c, Buffer.from(text, "utf8"));
export const boolean = (value: boolean): Buffer => tlv(0x01, Buffer.from([value ? 0xff : 0]));
/** A positive number of any size. */
export const integer = (bytes: Buffer): Buffer => tlv(0x02, bytes[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
/** Explicitly tagged content. */
export const tagged = (number: number, content: Buffer): Buffer => tlv(0xa0 | number, content);

/** GeneralizedTime, in whole seconds UTC. */
export const time = (date: Date): Buffer => tlv(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]|\.\d+/g, "")}`, "latin1"));

export function oid(text: string): Buffer {
  const [first, second, ...rest] = text.split(".").map(Number) as [number, number, ...number[]];
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tlv(0x06, Buffer.from(bytes));
}

/** The items of a constructed value, each with its header. Throws where the bytes are no such value. */
export function items(value: Buffer): Buffer[] {
  const found: Buffer[] = [];
  const [start, end] = content(value, 0);
  for (let at = start; at < end;) {
    const [, next] = content(value, at);
    found.push(value.subarray(at, next));
    at = next;
  }
  return found;
}

/** Where the content of the value at `at` begins and ends. */
function content(bytes: Buffer, at: number): [start: number, end: number] {
  const first = bytes[at + 1];
  if (first === undefined) throw new Error("the DER value ends too early");
  const long = first & 0x80 ? first & 0x7f : 0;
  const length = long === 0 ? first : bytes.readUIntBE(at + 2, long);
  const start = at + 2 + long;
  if (start + length > bytes.length) throw new Error("the DER value ends too early");
  return [start, start + length];
}
