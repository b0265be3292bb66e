/**
 * Places in a text. The parser counts UTF-8 bytes in trees and tokens, and code points in errors; editors count UTF-16 units.
 */
export interface TextPositions {
  /** UTF-16 offset of a UTF-8 byte offset. */
  ofByte(byte: number): number;
  /** UTF-16 offset of a code-point offset. */
  ofCodePoint(point: number): number;
}

export function textPositions(text: string): TextPositions {
  // eslint-disable-next-line no-control-regex
  if (/^[\u0000-\u007f]*$/.test(text)) {
    const clamp = (at: number) => Math.max(0, Math.min(at, text.length));
    return { ofByte: clamp, ofCodePoint: clamp };
  }
  const bytes: number[] = [];
  const units: number[] = [];
  let byte = 0;
  let unit = 0;
  for (const character of text) {
    bytes.push(byte);
    units.push(unit);
    const code = character.codePointAt(0)!;
    byte += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    unit += character.length;
  }
  bytes.push(byte);
  units.push(unit);
  return {
    ofByte(at) {
      let low = 0;
      let high = bytes.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (bytes[middle]! <= at) low = middle;
        else high = middle - 1;
      }
      return units[low]!;
    },
    ofCodePoint: (at) => units[Math.max(0, Math.min(at, units.length - 1))]!,
  };
}
