/** Cells that a character takes which begins with this byte, near enough to tell a full line: combining marks count as a cell. */
const CELLS = new Uint8Array(256).fill(1, 0x20, 0x7f).fill(1, 0xc0, 0xe3).fill(2, 0xe3, 0xee).fill(1, 0xee, 0xf0).fill(2, 0xf0);

/** Cells of UTF-8 text without controls. */
export function textWidth(bytes: Uint8Array, from: number, to: number): number {
  let width = 0;
  for (let at = from; at < to; at++) width += CELLS[bytes[at]!]!;
  return width;
}

/** Cells of the character that begins with this byte; 0 for one that continues a character. */
export const cellsOf = (byte: number): number => CELLS[byte]!;
