import { mkdir, open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { LIMITS, RESULT_HEADER_BYTES, writeResultHeader } from "@interlock/protocol";
import {
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
const BACKLOG_BYTES = 4 * 1024 * 1024;
/** Nothing waits longer than this for its chunk to fill or for others to be written with, so that a slow result shows. */
const LINGER_MS = 20;
/** Bytes written at a time when many come: each write wakes another thread, and that costs more than the writing. */
const BATCH_BYTES = 256 * 1024;
/** Chunk buffers kept for reuse, so that a large result leaves no garbage. */
const SPARE_CHUNKS = 32;
/** Chunks written last that stay in memory for those who follow: they need not be read from the disk and checked again. */
const RECENT_CHUNKS = 24;
const CHUNK_BUFFER_BYTES = RESULT_HEADER_BYTES + LIMITS.resultChunkBytes;
/** Sizes at which the first chunks are closed; the very first rows are not made to wait for company. */
const FIRST_CHUNKS = [1, 8 * 1024, 32 * 1024];

/** A whole binary frame in a buffer that is used again. */
export interface LentFrame {
  frame: Buffer;
  /** Must be called once, when nobody reads the frame any more. */
  giveBack(): void;
}

interface Chunk {
  /** With the frame's header, which is written when the chunk is closed. */
  frame: Buffer;
  record: ChunkRecord;
  /** Those who read it, and the list of recent ones. */
  users: number;
}

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
  #waiting: Chunk[] = [];
  /** Bytes of `#waiting`. */
  #batchBytes = 0;
  /** What waits is to be written now. */
  #due = false;
  /** Bytes that are not on disk, those being written included. */
  #backlogBytes = 0;
  #pump: Promise<void> | undefined;
  #fault: RecordingError | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #spare: Buffer[] = [];
  /** The last of `#written`, oldest first. */
  #recent: Chunk[] = [];
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
    let at = 0;
    for (let left = count; left > 0;) {
      const most = at + CHUNK_BUFFER_BYTES - this.#chunkBytes;
      const { end, rows } =
        dataRows.length <= most ? { end: dataRows.length, rows: left } : fitting(dataRows, at, left, most, this.#chunkRows === 0);
      if (rows > 0) this.#add(dataRows.subarray(at, end), rows);
      if (rows < left || this.#chunkBytes >= (FIRST_CHUNKS[this.#chunkNumber] ?? CHUNK_BUFFER_BYTES)) this.#close();
      at = end;
      left -= rows;
    }
    if (this.#chunkNumber <= FIRST_CHUNKS.length || this.#batchBytes >= BATCH_BYTES) this.#flush();
    this.#timer ??= setTimeout(() => this.#linger(), LINGER_MS);
    return this.#backlogBytes > BACKLOG_BYTES ? this.#flushed() : undefined;
  }

  /** A chunk that was written a moment ago, whole and ready to be sent; undefined when it has to be read from the disk. */
  lend(chunk: number): LentFrame | undefined {
    const recent = this.#recent[chunk - this.#written + this.#recent.length];
    if (recent === undefined) return undefined;
    recent.users++;
    return { frame: recent.frame, giveBack: () => this.#leave(recent) };
  }

  /** Resolves when the number of chunks grew, the result was sealed, or it failed, or the writer was closed. */
  changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** Writes what waits, records the end and forces everything to the disk. */
  async seal(truncated: boolean): Promise<SealRecord> {
    clearTimeout(this.#timer);
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
    this.#recent = [];
    await Promise.all([this.#rowsHandle.close(), this.#indexHandle.close()]);
    this.#announce();
  }

  #add(dataRows: Uint8Array, rows: number): void {
    const needed = this.#chunkBytes + dataRows.length;
    if (this.#chunk === undefined || this.#chunk.length < needed) {
      const larger =
        needed <= CHUNK_BUFFER_BYTES ? (this.#spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BUFFER_BYTES)) : Buffer.allocUnsafeSlow(needed);
      this.#chunk?.copy(larger, 0, 0, this.#chunkBytes);
      this.#chunk = larger;
    }
    this.#chunk.set(dataRows, this.#chunkBytes);
    this.#chunkBytes = needed;
    this.#chunkRows += rows;
    this.#totalRows += rows;
  }

  #linger(): void {
    this.#timer = undefined;
    this.#close();
    this.#flush();
  }

  #close(): void {
    if (this.#chunkRows === 0 || this.#chunk === undefined) return;
    const firstRow = this.#totalRows - this.#chunkRows;
    writeResultHeader(this.#chunk, { ...this.#identity, chunk: this.#chunkNumber, firstRow, rows: this.#chunkRows });
    const frame = this.#chunk.subarray(0, this.#chunkBytes);
    const bytes = frame.subarray(1);
    const hash = sha256(bytes);
    const record: ChunkRecord = { kind: "chunk", offset: this.#offset, length: bytes.length, firstRow, rows: this.#chunkRows, hash };
    this.#hashes.push(hash);
    this.#offset += bytes.length;
    this.#chunk = undefined;
    this.#chunkBytes = RESULT_HEADER_BYTES;
    this.#chunkRows = 0;
    this.#chunkNumber++;
    this.#waiting.push({ frame, record, users: 1 });
    this.#batchBytes += bytes.length;
    this.#backlogBytes += bytes.length;
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    this.#due = true;
    if (this.#pump !== undefined) return;
    this.#pump = this.#write();
    this.#pump.catch(() => {}); // kept in #fault; the next append, seal or flush throws it
  }

  /** Writes batch after batch until nothing is due: first rows, then the index that speaks of them. */
  async #write(): Promise<void> {
    try {
      while (this.#due) {
        this.#due = false;
        const batch = this.#waiting;
        this.#waiting = [];
        this.#batchBytes = 0;
        await this.#guarded(async () => {
          await writeAll(
            this.#rowsHandle,
            batch.map(({ frame }) => frame.subarray(1)),
          );
          await writeAll(
            this.#indexHandle,
            batch.map((chunk) => writeRecord(chunk.record)),
          );
        });
        this.#backlogBytes -= batch.reduce((sum, { record }) => sum + record.length, 0);
        this.#written += batch.length;
        this.#recent.push(...batch);
        for (const old of this.#recent.splice(0, this.#recent.length - RECENT_CHUNKS)) this.#leave(old);
        this.#announce();
      }
    } finally {
      this.#pump = undefined;
    }
  }

  #leave(chunk: Chunk): void {
    const { buffer } = chunk.frame;
    if (--chunk.users > 0 || buffer.byteLength !== CHUNK_BUFFER_BYTES || this.#spare.length >= SPARE_CHUNKS) return;
    this.#spare.push(Buffer.from(buffer));
  }

  async #flushed(): Promise<void> {
    this.#flush();
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

/** How many of `left` rows from `at` end within `most`; at least one where `alone`, since a row is never split. */
function fitting(dataRows: Uint8Array, at: number, left: number, most: number, alone: boolean): { end: number; rows: number } {
  const view = new DataView(dataRows.buffer, dataRows.byteOffset, dataRows.length);
  let end = at;
  for (let rows = 0; rows < left; rows++) {
    const next = end + 1 + view.getUint32(end + 1);
    if (next > most && !(alone && rows === 0)) return { end, rows };
    end = next;
  }
  return { end, rows: left };
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
