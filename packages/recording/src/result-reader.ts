import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { RESULT_FRAME } from "@interlock/protocol";
import {
  CHUNK_HEADER_BYTES,
  indexFile,
  readRecord,
  RECORD_BYTES,
  RecordingError,
  rowsFile,
  sha256,
  type ChunkRecord,
  type SealRecord,
} from "./result-format.ts";

/** Small, since a reader that follows a writer finds few records each time. */
const INDEX_READ_RECORDS = 64;
/** Most chunks of one read: a mebibyte, which is what may be thrown away when its reader leaves. */
const READ_CHUNKS = 16;

/** Reads one recorded result, also while it is being written: it only ever sees whole chunks. */
export class ResultReader {
  readonly #rows: FileHandle;
  readonly #index: FileHandle;
  #records: ChunkRecord[] = [];
  #seal: SealRecord | undefined;

  constructor(rows: FileHandle, index: FileHandle) {
    this.#rows = rows;
    this.#index = index;
  }

  /** Chunks known since the last refresh. */
  get chunks(): number {
    return this.#records.length;
  }

  get rowCount(): number {
    const last = this.#records.at(-1);
    return last === undefined ? 0 : last.firstRow + last.rows;
  }

  /** The end of the result; undefined while it is written, and for good when its writer died. */
  get seal(): SealRecord | undefined {
    return this.#seal;
  }

  /** Looks for chunks that came since. */
  async refresh(): Promise<this> {
    const buffer = Buffer.allocUnsafe(RECORD_BYTES * INDEX_READ_RECORDS);
    while (this.#seal === undefined) {
      const { bytesRead } = await this.#index.read(buffer, 0, buffer.length, this.#records.length * RECORD_BYTES);
      const whole = bytesRead - (bytesRead % RECORD_BYTES);
      if (whole === 0) break;
      for (let at = 0; at < whole && this.#seal === undefined; at += RECORD_BYTES)
        this.#take(readRecord(buffer.subarray(at, at + RECORD_BYTES)));
    }
    return this;
  }

  /** The chunk as a whole binary frame, ready to be sent. Throws when its bytes are not those that were recorded. */
  async frame(chunk: number): Promise<Buffer> {
    return (await this.frames(chunk, chunk + 1))[0]!;
  }

  /**
   * The chunks from `from` to before `end` as `frame` has them, or the first `READ_CHUNKS` of them: in one read, since each read waits for
   * whatever else the process does, and a reader of one chunk at a time never catches up with a busy writer.
   */
  async frames(from: number, end: number): Promise<Buffer[]> {
    const records = this.#records.slice(from, Math.min(end, from + READ_CHUNKS));
    const [first] = records;
    if (first === undefined) throw new RecordingError("not_found", `there is no chunk ${from}`);
    const frames = records.map(({ length }) => Buffer.allocUnsafe(1 + length));
    const bodies = frames.map((frame) => frame.subarray(1));
    const { bytesRead } = await this.#rows.readv(bodies, first.offset);
    let needed = 0;
    for (const [index, body] of bodies.entries()) {
      needed += body.length;
      if (bytesRead < needed || !sha256(body).equals(records[index]!.hash))
        throw new RecordingError("internal", `chunk ${from + index} is not what was recorded`);
      frames[index]![0] = RESULT_FRAME;
    }
    return frames;
  }

  /** The DataRow messages of a chunk, back to back. */
  async dataRows(chunk: number): Promise<{ dataRows: Buffer; firstRow: number; rows: number }> {
    const frame = await this.frame(chunk);
    const { firstRow, rows } = this.#records[chunk]!;
    return { dataRows: frame.subarray(1 + CHUNK_HEADER_BYTES), firstRow, rows };
  }

  /** The chunk that holds a row; undefined when it is not recorded. */
  chunkOfRow(row: number): number | undefined {
    let [low, high] = [0, this.#records.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const record = this.#records[middle]!;
      if (row < record.firstRow) high = middle - 1;
      else if (row >= record.firstRow + record.rows) low = middle + 1;
      else return middle;
    }
    return undefined;
  }

  /** Whether every chunk is what was recorded and the seal fits them. */
  async verify(): Promise<boolean> {
    await this.refresh();
    try {
      for (let chunk = 0; chunk < this.#records.length; chunk++) await this.frame(chunk);
    } catch (error) {
      if (error instanceof RecordingError) return false;
      throw error;
    }
    if (this.#seal === undefined) return true;
    const { chunks, rows, hash } = this.#seal;
    return chunks === this.chunks && rows === this.rowCount && hash.equals(sha256(...this.#records.map((record) => record.hash)));
  }

  async close(): Promise<void> {
    await Promise.all([this.#rows.close(), this.#index.close()]);
  }

  #take(record: ChunkRecord | SealRecord | undefined): void {
    if (record === undefined) throw new RecordingError("internal", "the index of the result is damaged");
    if (record.kind === "seal") {
      this.#seal = record;
      return;
    }
    const last = this.#records.at(-1);
    const offset = last === undefined ? 0 : last.offset + last.length;
    if (record.offset !== offset || record.firstRow !== this.rowCount || record.length < CHUNK_HEADER_BYTES)
      throw new RecordingError("internal", "the index of the result is damaged");
    this.#records.push(record);
  }
}

/** Opens a recorded result; rejects with `not_found` when there is none. */
export async function openResult(folder: string, statement: number): Promise<ResultReader> {
  try {
    const rows = await open(join(folder, rowsFile(statement)), "r");
    const index = await open(join(folder, indexFile(statement)), "r").catch(async (error: unknown) => {
      await rows.close();
      throw error;
    });
    return await new ResultReader(rows, index).refresh();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new RecordingError("not_found", "there is no such result", { cause: error });
    throw error;
  }
}
