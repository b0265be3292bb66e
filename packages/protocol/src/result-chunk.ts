/**
 * Binary frame that carries rows to browsers (and, without its first byte, to the spool). Big-endian:
 *
 * | bytes | field |
 * |---|---|
 * | 1 | frame type, 0x01 |
 * | 16 | execution id (UUID bytes) |
 * | 2 | statement index |
 * | 4 | chunk index |
 * | 4 | number of the first row in the result |
 * | 4 | rows in this chunk |
 * | rest | PostgreSQL DataRow messages in text format, back to back, each with its `D` and length |
 *
 * DataRow: `D`, int32 length (without the `D`), int16 columns, then per column int32 byte length (-1 for NULL) and UTF-8 bytes.
 */
export const RESULT_FRAME = 0x01;
export const RESULT_HEADER_BYTES = 31;

export interface ResultChunkHeader {
  /** UUID in its usual text form. */
  executionId: string;
  statement: number;
  chunk: number;
  firstRow: number;
  rows: number;
}

/** Writes the header into the first RESULT_HEADER_BYTES of `out`. */
export function writeResultHeader(out: Uint8Array, header: ResultChunkHeader): void {
  const view = new DataView(out.buffer, out.byteOffset, RESULT_HEADER_BYTES);
  view.setUint8(0, RESULT_FRAME);
  const hex = header.executionId.replaceAll("-", "");
  for (let i = 0; i < 16; i++) view.setUint8(1 + i, Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  view.setUint16(17, header.statement);
  view.setUint32(19, header.chunk);
  view.setUint32(23, header.firstRow);
  view.setUint32(27, header.rows);
}

/** Reads the header; undefined when the frame is not a result chunk. */
export function readResultHeader(frame: Uint8Array): ResultChunkHeader | undefined {
  if (frame.byteLength < RESULT_HEADER_BYTES || frame[0] !== RESULT_FRAME) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, RESULT_HEADER_BYTES);
  let hex = "";
  for (let i = 0; i < 16; i++)
    hex += view
      .getUint8(1 + i)
      .toString(16)
      .padStart(2, "0");
  const executionId = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  return {
    executionId,
    statement: view.getUint16(17),
    chunk: view.getUint32(19),
    firstRow: view.getUint32(23),
    rows: view.getUint32(27),
  };
}

/** Byte offset of every DataRow in `payload`, found by its lengths without decoding a value. */
export function rowOffsets(payload: Uint8Array, rows: number): Uint32Array {
  const offsets = new Uint32Array(rows);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  for (let row = 0, at = 0; row < rows; row++) {
    offsets[row] = at;
    at += 1 + view.getUint32(at + 1);
  }
  return offsets;
}

const utf8 = new TextDecoder();

/** The values of the DataRow that starts at `offset`; null for NULL. */
export function decodeRow(payload: Uint8Array, offset: number): (string | null)[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const columns = view.getUint16(offset + 5);
  const values: (string | null)[] = [];
  for (let column = 0, at = offset + 7; column < columns; column++) {
    const length = view.getInt32(at);
    at += 4;
    if (length < 0) values.push(null);
    else {
      values.push(utf8.decode(payload.subarray(at, at + length)));
      at += length;
    }
  }
  return values;
}
