import { createHash } from "node:crypto";
import { RESULT_HEADER_BYTES } from "@interlock/protocol";
import type { ErrorCode } from "@interlock/protocol";

/**
 * A recorded result is two append-only files:
 *
 * `<statement>.rows`: chunks back to back, each the binary result frame of the protocol without its first byte (30 bytes of header, then
 * DataRow messages).
 *
 * `<statement>.index`: records of 64 bytes, big-endian. A chunk is recorded only after its bytes were written, so a reader that follows the
 * index never meets half a chunk.
 *
 * | bytes | chunk | seal (the last record) |
 * |---|---|---|
 * | 1 | type, 1 | type, 2 |
 * | 1 | 0 | 1 when rows were left behind |
 * | 2 | 0 | 0 |
 * | 4 | length of the chunk in `.rows` | number of chunks |
 * | 8 | offset of the chunk in `.rows` | bytes in `.rows` |
 * | 4 | number of its first row | rows |
 * | 4 | its rows | 0 |
 * | 8 | 0 | 0 |
 * | 32 | SHA-256 of its bytes | SHA-256 over the chunks' hashes in order |
 */
export const RECORD_BYTES = 64;
/** Chunk header on disk: the protocol's without the frame type. */
export const CHUNK_HEADER_BYTES = RESULT_HEADER_BYTES - 1;

const CHUNK = 1;
const SEAL = 2;
const HASH_AT = 32;

export interface ChunkRecord {
  kind: "chunk";
  offset: number;
  length: number;
  firstRow: number;
  rows: number;
  hash: Buffer;
}

export interface SealRecord {
  kind: "seal";
  chunks: number;
  bytes: number;
  rows: number;
  truncated: boolean;
  /** SHA-256 over all chunk hashes in order: one value that stands for the whole result. */
  hash: Buffer;
}

/** A fault of the recording; `code` is one of the protocol's. */
export class RecordingError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "RecordingError";
    this.code = code;
  }
}

/** A file system's error as the product's. */
export function storageError(error: unknown): RecordingError {
  if (error instanceof RecordingError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (["ENOSPC", "EDQUOT", "EFBIG"].includes(code))
    return new RecordingError("storage_full", "there is no room left to record the result", { cause: error });
  return new RecordingError("internal", `the result cannot be recorded (${code})`, { cause: error });
}

export const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export function writeRecord(record: ChunkRecord | SealRecord): Buffer {
  const bytes = Buffer.alloc(RECORD_BYTES);
  if (record.kind === "chunk") {
    bytes.writeUInt8(CHUNK, 0);
    bytes.writeUInt32BE(record.length, 4);
    bytes.writeBigUInt64BE(BigInt(record.offset), 8);
    bytes.writeUInt32BE(record.firstRow, 16);
    bytes.writeUInt32BE(record.rows, 20);
  } else {
    bytes.writeUInt8(SEAL, 0);
    bytes.writeUInt8(record.truncated ? 1 : 0, 1);
    bytes.writeUInt32BE(record.chunks, 4);
    bytes.writeBigUInt64BE(BigInt(record.bytes), 8);
    bytes.writeUInt32BE(record.rows, 16);
  }
  record.hash.copy(bytes, HASH_AT);
  return bytes;
}

/** The record in 64 bytes; undefined when they are not one. */
export function readRecord(bytes: Buffer): ChunkRecord | SealRecord | undefined {
  const hash = Buffer.from(bytes.subarray(HASH_AT, RECORD_BYTES));
  const [count, place, first] = [bytes.readUInt32BE(4), Number(bytes.readBigUInt64BE(8)), bytes.readUInt32BE(16)];
  if (bytes[0] === CHUNK) return { kind: "chunk", length: count, offset: place, firstRow: first, rows: bytes.readUInt32BE(20), hash };
  if (bytes[0] === SEAL) return { kind: "seal", chunks: count, bytes: place, rows: first, truncated: bytes[1] === 1, hash };
  return undefined;
}

export const rowsFile = (statement: number): string => `${statement}.rows`;
export const indexFile = (statement: number): string => `${statement}.index`;
