import { createMasker } from "@interlock/masking";

const DATA_ROW = 0x44;
/** Of one row with one value: type, length, number of columns, length of the value. */
const HEAD = 11;

/** A text with what the detectors find in its lines masked, as the rows of a result would be. Throws where that fails (I7). */
export function maskedLines(text: string, detectors: readonly string[]): string {
  if (detectors.length === 0) return text;
  const lines = text.split("\n");
  const column = { sources: [], searchable: true, stored: false };
  const masker = createMasker({ columns: [column], maskedColumns: [], detectors });
  const masked = Buffer.from(masker.mask(Buffer.concat(lines.map(rowOf)), lines.length));
  const shown: string[] = [];
  for (let at = 0; at < masked.length;) {
    const end = at + 1 + masked.readInt32BE(at + 1);
    shown.push(masked.toString("utf8", at + HEAD, end));
    at = end;
  }
  return shown.join("\n");
}

function rowOf(line: string): Buffer {
  const value = Buffer.from(line);
  const row = Buffer.alloc(HEAD + value.length);
  row.writeUInt8(DATA_ROW, 0);
  row.writeInt32BE(row.length - 1, 1);
  row.writeInt16BE(1, 5);
  row.writeInt32BE(value.length, 7);
  value.copy(row, HEAD);
  return row;
}
