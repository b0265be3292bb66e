/** What UTF-8 becomes inside a JSON string: 0 as it is, 1 an escape of six bytes, else the letter behind a backslash. */
const ESCAPES = new Uint8Array(256).fill(1, 0, 0x20);
for (const [code, letter] of [
  [0x08, "b"],
  [0x09, "t"],
  [0x0a, "n"],
  [0x0c, "f"],
  [0x0d, "r"],
  [0x22, '"'],
  [0x5c, "\\"],
] as const)
  ESCAPES[code] = letter.charCodeAt(0);

const HEX = new TextEncoder().encode("0123456789abcdef");
/** Most bytes that one becomes. */
export const MOST_ESCAPED = 6;

/**
 * Writes valid UTF-8 as the inside of a JSON string into `out`, which has room for MOST_ESCAPED bytes each, and returns the new end. The same as
 * JSON.stringify of the decoded text, without making strings of it: a recording is as fast as its output.
 */
export function writeJson(bytes: Uint8Array, out: Uint8Array, at: number): number {
  let to = at;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    const escape = ESCAPES[byte]!;
    if (escape === 0) out[to++] = byte;
    else if (escape === 1) {
      out[to] = 0x5c;
      out[to + 1] = 0x75;
      out[to + 2] = 0x30;
      out[to + 3] = 0x30;
      out[to + 4] = HEX[byte >> 4]!;
      out[to + 5] = HEX[byte & 15]!;
      to += 6;
    } else {
      out[to] = 0x5c;
      out[to + 1] = escape;
      to += 2;
    }
  }
  return to;
}

/** Bytes that the first `length` of these become. */
export function escapedLength(bytes: Uint8Array, length: number): number {
  let escaped = length;
  for (let i = 0; i < length; i++) {
    const escape = ESCAPES[bytes[i]!]!;
    if (escape !== 0) escaped += escape === 1 ? MOST_ESCAPED - 1 : 1;
  }
  return escaped;
}
