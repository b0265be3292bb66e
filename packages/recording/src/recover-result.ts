import { open } from "node:fs/promises";
import { join } from "node:path";
import { indexFile, readRecord, RECORD_BYTES, rowsFile, sha256, type ChunkRecord } from "./result-format.ts";

export interface Recovered {
  chunks: number;
  rows: number;
  sealed: boolean;
  /** Bytes of unfinished chunks and records that were cut off. */
  cut: number;
}

/**
 * Cuts what a writer that died left half-written, so that the files end with the last whole chunk. Only for results nobody writes any more;
 * must be idempotent, since recovery itself can be interrupted.
 */
export async function recoverResult(folder: string, statement: number): Promise<Recovered> {
  await using rows = await open(join(folder, rowsFile(statement)), "r+");
  await using index = await open(join(folder, indexFile(statement)), "r+");
  const bytes = await index.readFile();
  const size = (await rows.stat()).size;
  let good = 0;
  let end = 0;
  let count = 0;
  let sealed = false;
  let last: ChunkRecord | undefined;
  for (let at = 0; at + RECORD_BYTES <= bytes.length && !sealed; at += RECORD_BYTES) {
    const record = readRecord(bytes.subarray(at, at + RECORD_BYTES));
    if (record?.kind === "seal" && record.bytes === end) sealed = true;
    else if (record?.kind === "chunk" && record.offset === end && end + record.length <= size) {
      // After a power failure the index can be ahead of the rows, so every chunk is read again.
      const chunk = Buffer.allocUnsafe(record.length);
      await rows.read(chunk, 0, record.length, record.offset);
      if (!sha256(chunk).equals(record.hash)) break;
      end += record.length;
      count++;
      last = record;
    } else break;
    good = at + RECORD_BYTES;
  }
  const cut = bytes.length - good + (size - end);
  if (cut > 0) {
    await index.truncate(good);
    await rows.truncate(end);
    await Promise.all([rows.sync(), index.sync()]);
  }
  return { chunks: count, rows: last === undefined ? 0 : last.firstRow + last.rows, sealed, cut };
}
