import { mkdir, open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { LIMITS, RESULT_HEADER_BYTES, writeResultHeader } from "@interlock/protocol";
import {
  CHUNK_HEADER_BYTES,
  indexFile,
  RecordingError,
  rowsFile,
  sha256,
  storageError,
  writeRecord,
  type ChunkRecord,
  type SealRecord,
} from "./result-format.ts";

/** Bytes that may wait for the disk before `append` asks its caller to wait as well. */
const BACKLOG_BYTES = 1024 * 1024;
/** A chunk that does not fill is closed after this long, so that a slow result shows. */
const CLOSE_MS = 20;
/** Chunk buffers kept for reuse, so that a large result leaves no garbage. */
const SPARE_CHUNKS = 16;
const CHUNK_BUFFER_BYTES = RESULT_HEADER_BYTES + LIMITS.resultChunkBytes;
/** Sizes at which the first chunks are closed; the very first rows are not made to wait for company. */
const FIRST_CHUNKS = [1, 8 * 1024, 32 * 1024];

export interface ResultIdentity {
  /** UUID. */
  executionId: string;
  statement: number;
}

/**
 * Writes one result set to disk, chunk by chunk. What is written survives the death of the process as soon as `chunks` counts it, and that
 * of the machine after `seal`. One writer per result; after a fault every call rejects with it.
 */
export class ResultWriter {
  readonly #identity: ResultIdentity;
  readonly #rowsHandle: FileHandle;
  readonly #indexHandle: FileHandle;
  #chunk: Buffer | undefined;
  #chunkBytes = RESULT_HEADER_BYTES;
  #chunkRows = 0;
  #chunkNumber = 0;
  #totalRows = 0;
  #offset = 0;
  #waiting: { bytes: Buffer; record: ChunkRecord }[] = [];
  #waitingBytes = 0;
  #pump: Promise<void> | undefined;
  #fault: RecordingError | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #spare: Buffer[] = [];
  #hashes: Buffer[] = [];
  #written = 0;
  #changed = Promise.withResolvers<void>();
  #seal: SealRecord | undefined;

  /** Over handles opened elsewhere; use createResult. */
  constructor(identity: ResultIdentity, rows: FileHandle, index: FileHandle) {
    this.#identity = identity;
    this.#rowsHandle = rows;
    this.#indexHandle = index;
  }

  /** Chunks that can be read now. */
  get chunks(): number {
    return this.#written;
  }

  /** Rows appended so far. */
  get rows(): number {
    return this.#totalRows;
  }

  /** Bytes appended so far, headers of chunks included. */
  get bytes(): number {
    return this.#offset + (this.#chunkRows > 0 ? this.#chunkBytes - 1 : 0);
  }

  get sealed(): SealRecord | undefined {
    return this.#seal;
  }

  /** Takes DataRow messages back to back; copies them. A returned promise is back-pressure from the disk. */
  append(dataRows: Uint8Array, count: number): void | Promise<void> {
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#seal !== undefined) throw new RecordingError("internal", "the result is complete already");
    const room = LIMITS.resultChunkBytes + CHUNK_HEADER_BYTES;
    if (this.#chunkRows > 0 && this.#chunkBytes + dataRows.length > room) this.#close();
    this.#reserve(dataRows.length);
    this.#chunk!.set(dataRows, this.#chunkBytes);
    this.#chunkBytes += dataRows.length;
    this.#chunkRows += count;
    this.#totalRows += count;
    if (this.#chunkBytes >= (FIRST_CHUNKS[this.#chunkNumber] ?? room)) this.#close();
    else this.#timer ??= setTimeout(() => this.#close(), CLOSE_MS);
    return this.#waitingBytes > BACKLOG_BYTES ? this.#flushed() : undefined;
  }

  /** Resolves when the number of chunks grew, the result was sealed, or it failed. */
  changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** Writes what waits, records the end and forces everything to the disk. */
  async seal(truncated: boolean): Promise<SealRecord> {
    this.#close();
    await this.#flushed();
    const seal: SealRecord = {
      kind: "seal",
      chunks: this.#written,
      bytes: this.#offset,
      rows: this.#totalRows,
      truncated,
      hash: sha256(...this.#hashes),
    };
    await this.#guarded(async () => {
      await this.#rowsHandle.sync();
      await writeAll(this.#indexHandle, [writeRecord(seal)]);
      await this.#indexHandle.sync();
    });
    this.#seal = seal;
    this.#announce();
    return seal;
  }

  /** Gives the files back; what was not sealed stays as an unfinished result. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#pump?.catch(() => {}); // its fault was given to whoever appended
    await Promise.all([this.#rowsHandle.close(), this.#indexHandle.close()]);
  }

  #reserve(bytes: number): void {
    const needed = this.#chunkBytes + bytes;
    if (this.#chunk !== undefined && this.#chunk.length >= needed) return;
    const larger =
      needed <= CHUNK_BUFFER_BYTES ? (this.#spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BUFFER_BYTES)) : Buffer.allocUnsafeSlow(needed);
    this.#chunk?.copy(larger, 0, 0, this.#chunkBytes);
    this.#chunk = larger;
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#chunkRows === 0 || this.#chunk === undefined) return;
    const firstRow = this.#totalRows - this.#chunkRows;
    writeResultHeader(this.#chunk, { ...this.#identity, chunk: this.#chunkNumber, firstRow, rows: this.#chunkRows });
    const bytes = this.#chunk.subarray(1, this.#chunkBytes);
    const hash = sha256(bytes);
    const record: ChunkRecord = { kind: "chunk", offset: this.#offset, length: bytes.length, firstRow, rows: this.#chunkRows, hash };
    this.#hashes.push(hash);
    this.#offset += bytes.length;
    this.#chunk = undefined;
    this.#chunkBytes = RESULT_HEADER_BYTES;
    this.#chunkRows = 0;
    this.#chunkNumber++;
    this.#waiting.push({ bytes, record });
    this.#waitingBytes += bytes.length;
    this.#pump ??= this.#write();
    this.#pump.catch(() => {}); // kept in #fault; the next append, seal or flush throws it
  }

  /** Writes batch after batch until nothing waits: first rows, then the index that speaks of them. */
  async #write(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting;
        this.#waiting = [];
        await this.#guarded(async () => {
          await writeAll(
            this.#rowsHandle,
            batch.map((chunk) => chunk.bytes),
          );
          await writeAll(
            this.#indexHandle,
            batch.map((chunk) => writeRecord(chunk.record)),
          );
        });
        this.#waitingBytes -= batch.reduce((sum, chunk) => sum + chunk.bytes.length, 0);
        this.#written += batch.length;
        for (const { bytes } of batch)
          if (bytes.buffer.byteLength === CHUNK_BUFFER_BYTES && this.#spare.length < SPARE_CHUNKS)
            this.#spare.push(Buffer.from(bytes.buffer));
        this.#announce();
      }
    } finally {
      this.#pump = undefined;
    }
  }

  async #flushed(): Promise<void> {
    await this.#pump;
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      if (this.#fault !== undefined) throw this.#fault;
      await work();
    } catch (error) {
      this.#fault = storageError(error);
      this.#announce();
      throw this.#fault;
    }
  }

  #announce(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

/** `writev` may write less than it was given. */
async function writeAll(handle: FileHandle, buffers: Buffer[]): Promise<void> {
  let rest = buffers;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest);
    rest = after(rest, bytesWritten);
  }
}

function after(buffers: Buffer[], bytes: number): Buffer[] {
  let left = bytes;
  for (const [i, buffer] of buffers.entries()) {
    if (left < buffer.length) return [buffer.subarray(left), ...buffers.slice(i + 1)];
    left -= buffer.length;
  }
  return [];
}

/** Begins a recorded result in `folder` (made when missing); rejects when one of that statement exists. */
export async function createResult(folder: string, identity: ResultIdentity): Promise<ResultWriter> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const rows = await open(join(folder, rowsFile(identity.statement)), "ax", 0o600);
    const index = await open(join(folder, indexFile(identity.statement)), "ax", 0o600).catch(async (error: unknown) => {
      await rows.close();
      throw error;
    });
    return new ResultWriter(identity, rows, index);
  } catch (error) {
    throw storageError(error);
  }
}
