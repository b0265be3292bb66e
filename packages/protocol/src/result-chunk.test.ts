import { describe, expect, it } from "vitest";
import { RESULT_HEADER_BYTES, decodeRow, readResultHeader, rowOffsets, writeResultHeader } from "./result-chunk.ts";

const header = { executionId: "0190a6b0-1c2d-7e3f-8a4b-5c6d7e8f9a0b", statement: 3, chunk: 70_000, firstRow: 4_000_000, rows: 2 };

function dataRow(values: (string | null)[]): Buffer {
  const parts = values.map((value) => (value === null ? undefined : Buffer.from(value)));
  const length = 4 + 2 + parts.reduce((sum, part) => sum + 4 + (part?.length ?? 0), 0);
  const row = Buffer.alloc(1 + length);
  row.write("D");
  row.writeUInt32BE(length, 1);
  row.writeUInt16BE(values.length, 5);
  let at = 7;
  for (const part of parts) {
    row.writeInt32BE(part?.length ?? -1, at);
    at += 4;
    if (part) at += part.copy(row, at);
  }
  return row;
}

describe("result chunk", () => {
  it("carries its header there and back", () => {
    const frame = new Uint8Array(RESULT_HEADER_BYTES + 8);
    writeResultHeader(frame, header);
    expect(readResultHeader(frame)).toEqual(header);
  });

  it("is not mistaken for another or a short frame", () => {
    expect(readResultHeader(new Uint8Array(RESULT_HEADER_BYTES))).toBeUndefined();
    expect(readResultHeader(new Uint8Array([1, 2, 3]))).toBeUndefined();
  });

  it("finds and decodes rows by their lengths, NULL and multi-byte text included", () => {
    const payload = Buffer.concat([dataRow(["1", null, "größer €"]), dataRow(["", "😀", "x".repeat(70_000)])]);
    const offsets = rowOffsets(payload, 2);
    expect(decodeRow(payload, offsets[0]!)).toEqual(["1", null, "größer €"]);
    expect(decodeRow(payload, offsets[1]!)).toEqual(["", "😀", "x".repeat(70_000)]);
  });
});
