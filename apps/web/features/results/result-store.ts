import { decodeRow, readResultHeader, RESULT_HEADER_BYTES, rowOffsets } from "@interlock/protocol";
import { ChunkIndex } from "./chunk-index.ts";

/** A row's values as text, null for NULL. */
export type Row = readonly (string | null)[];

/** The part of the room connection that results need. Both may be called with no connection: they then do nothing and return false. */
export interface ResultPort {
  pull(executionId: string, statement: number, from: number, count: number): boolean;
  stop(executionId: string, statement: number): boolean;
}

interface Chunk {
  firstRow: number;
  payload: Uint8Array;
  offsets: Uint32Array;
  /** Decoded when drawn for the first time. */
  rows: (Row | undefined)[];
}

interface Result {
  executionId: string;
  statement: number;
  index: ChunkIndex;
  asked: Set<number>;
  listeners: Set<() => void>;
  /** Those who read it from end to end, with the chunk each waits for. */
  followers: Set<{ next: number; take: (rows: Row[], firstRow: number) => void }>;
  /** Whether chunks are on their way to followers. */
  following: boolean;
}

/** How much a result has now; from its summary. */
export interface Extent {
  rows: number;
  chunks: number;
  done: boolean;
}

/** Chunks kept in memory over all results: about 16 MiB of rows. */
const CHUNKS_KEPT = 256;
/** Most chunks asked for at once by one result. */
const ASKED_AT_ONCE = 4;
/** Chunks a follower asks for ahead; the protocol's limit. They come as they are written. */
const FOLLOWED_AHEAD = 1_000_000;

/**
 * Rows of results that somebody looks at. Only chunks that are drawn are fetched; the least recently used are forgotten and fetched again
 * when needed. Rows are decoded one by one, when they are drawn.
 */
export class ResultStore {
  readonly #port: ResultPort;
  readonly #results = new Map<string, Result>();
  /** By result and chunk, least recently used first. */
  readonly #chunks = new Map<string, Chunk>();

  constructor(port: ResultPort) {
    this.#port = port;
  }

  /** Takes a binary frame; false when it is not a result chunk. */
  receive(frame: Uint8Array): boolean {
    const header = readResultHeader(frame);
    if (header === undefined) return false;
    const result = this.#result(header.executionId, header.statement);
    const payload = frame.subarray(RESULT_HEADER_BYTES);
    this.#hand(result, header, payload);
    result.asked.delete(header.chunk);
    result.index.add({ chunk: header.chunk, firstRow: header.firstRow, rows: header.rows });
    const key = chunkKey(result, header.chunk);
    this.#chunks.delete(key);
    const rows: (Row | undefined)[] = Array.from({ length: header.rows });
    this.#chunks.set(key, { firstRow: header.firstRow, payload, offsets: rowOffsets(payload, header.rows), rows });
    while (this.#chunks.size > CHUNKS_KEPT) this.#chunks.delete(this.#chunks.keys().next().value!);
    for (const listener of [...result.listeners]) listener();
    return true;
  }

  /** Calls `listener` whenever rows of this result come in. */
  subscribe(executionId: string, statement: number, listener: () => void): () => void {
    const { listeners } = this.#result(executionId, statement);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** The row if it is here. */
  row(executionId: string, statement: number, row: number): Row | undefined {
    const result = this.#result(executionId, statement);
    const span = result.index.holding(row);
    if (span === undefined) return undefined;
    const key = chunkKey(result, span.chunk);
    const chunk = this.#chunks.get(key);
    if (chunk === undefined) return undefined;
    this.#chunks.delete(key);
    this.#chunks.set(key, chunk);
    const at = row - chunk.firstRow;
    return (chunk.rows[at] ??= decodeRow(chunk.payload, chunk.offsets[at]!));
  }

  /**
   * Asks for what is missing of rows `from` … `to` (exclusive), and takes back what was asked for elsewhere, so that a person who drags
   * the scroll bar waits for the last place only. Call again when rows come in: the next chunk is asked for then.
   */
  want(executionId: string, statement: number, from: number, to: number, extent: Extent): void {
    const result = this.#result(executionId, statement);
    const wanted = this.#missing(result, from, Math.min(to, extent.rows), extent);
    const fresh = wanted.filter((chunk) => !result.asked.has(chunk));
    if (fresh.length === 0) return;
    const abandoned = [...result.asked].some((chunk) => !wanted.includes(chunk));
    if (abandoned) {
      if (!this.#port.stop(executionId, statement)) return;
      result.asked.clear();
      this.#pullOn(result);
    }
    for (const chunk of abandoned ? wanted : fresh) {
      if (!this.#port.pull(executionId, statement, chunk, 1)) return;
      result.asked.add(chunk);
    }
  }

  /** Resolves with rows `from` … `to` (exclusive), fetching what is missing. Rejects with the signal's reason. */
  async rows(executionId: string, statement: number, from: number, to: number, extent: Extent, signal: AbortSignal): Promise<Row[]> {
    const rows: Row[] = [];
    while (from + rows.length < to) {
      signal.throwIfAborted();
      const next = this.row(executionId, statement, from + rows.length);
      if (next) rows.push(next);
      else {
        const arrived = this.#arrival(executionId, statement, signal);
        this.want(executionId, statement, from + rows.length, from + rows.length + 1, extent);
        await arrived;
      }
    }
    return rows;
  }

  /**
   * Hands over all rows from `chunk` on (the first, when absent), in order and each once, as they are written. One request is enough for all of them, so a log that
   * comes line by line is not slowed by the way to the agent and back.
   */
  follow(executionId: string, statement: number, take: (rows: Row[], firstRow: number) => void, chunk = 0): () => void {
    const result = this.#result(executionId, statement);
    const follower = { next: chunk, take };
    result.followers.add(follower);
    this.#pullOn(result);
    return () => {
      result.followers.delete(follower);
      if (result.followers.size > 0) return;
      this.leave(executionId, statement);
      // What somebody else draws was taken back with it.
      for (const listener of [...result.listeners]) listener();
    };
  }

  /** After a reconnect nothing is on its way any more; whoever draws asks again. */
  reconnected(): void {
    for (const result of this.#results.values()) {
      result.asked.clear();
      this.#pullOn(result);
      for (const listener of [...result.listeners]) listener();
    }
  }

  /** Nobody looks at this result any more. Its chunks age out. */
  leave(executionId: string, statement: number): void {
    const result = this.#result(executionId, statement);
    if (result.asked.size > 0 || result.following) this.#port.stop(executionId, statement);
    result.asked.clear();
    result.following = false;
    this.#pullOn(result);
  }

  #pullOn(result: Result): void {
    if (result.followers.size === 0) return;
    const next = Math.min(...[...result.followers].map((follower) => follower.next));
    result.following = this.#port.pull(result.executionId, result.statement, next, FOLLOWED_AHEAD);
  }

  #hand(result: Result, { chunk, firstRow, rows }: { chunk: number; firstRow: number; rows: number }, payload: Uint8Array): void {
    const waiting = [...result.followers].filter(({ next }) => next === chunk);
    if (waiting.length === 0) return;
    const values = Array.from(rowOffsets(payload, rows), (offset): Row => decodeRow(payload, offset));
    for (const follower of waiting) {
      follower.next++;
      follower.take(values, firstRow);
    }
  }

  /** Chunks to ask for, in the order they are drawn. A chunk that is still being written may be asked for: it comes when it is closed. */
  #missing(result: Result, from: number, to: number, extent: Extent): number[] {
    const chunks = Math.max(1, extent.done ? extent.chunks : extent.chunks + 1);
    const missing: number[] = [];
    for (let row = from; row < to && missing.length < ASKED_AT_ONCE;) {
      const span = result.index.holding(row);
      if (span && this.#chunks.has(chunkKey(result, span.chunk))) {
        row = span.firstRow + span.rows;
        continue;
      }
      const chunk = result.index.guess(row, extent.rows, chunks);
      if (chunk === undefined) break;
      if (!missing.includes(chunk)) missing.push(chunk);
      // Past an unknown chunk the next place is not known either: step by the average.
      row = span ? span.firstRow + span.rows : row + Math.max(1, Math.floor(extent.rows / chunks));
    }
    return missing;
  }

  #arrival(executionId: string, statement: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        unsubscribe();
        signal.removeEventListener("abort", aborted);
        settle();
      };
      const aborted = () => done(() => reject(signal.reason as Error));
      const unsubscribe = this.subscribe(executionId, statement, () => done(resolve));
      signal.addEventListener("abort", aborted);
    });
  }

  #result(executionId: string, statement: number): Result {
    const key = `${executionId}/${statement}`;
    let result = this.#results.get(key);
    if (result === undefined) {
      result = {
        executionId,
        statement,
        index: new ChunkIndex(),
        asked: new Set(),
        listeners: new Set(),
        followers: new Set(),
        following: false,
      };
      this.#results.set(key, result);
    }
    return result;
  }
}

const chunkKey = (result: Result, chunk: number) => `${result.executionId}/${result.statement}/${chunk}`;
