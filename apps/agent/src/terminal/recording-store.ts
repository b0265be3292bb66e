import { setTimeout as pause } from "node:timers/promises";
import { poolOf, type Db, type RecordingChunk } from "@interlock/db";
import { CastFault, type CastChunk, type CastTail, type ChunkStore } from "@interlock/recording";
import type { QueryConfig } from "pg";
import { StorageFault, type ChunkObjects } from "../recordings/chunk-objects.ts";

/** How long a piece may take to be stored, in milliseconds: then it counts as not stored. */
const STORE_MS = 10_000;
/** How long it is tried again where the connection to the database broke, with a pause in between, in milliseconds. */
const TRY_MS = 8_000;
const PAUSE_MS = 200;
/** Pieces in object storage that are fetched before they are asked for. */
const AHEAD = 4;

/**
 * The pieces of one terminal's recording: a row for each in Interlock's own database, which holds its content or names the object that does. The
 * row comes last, so that a piece is there whole or not at all. Its tail is always in the database.
 */
export class RecordingStore implements ChunkStore {
  readonly #db: Db;
  readonly #terminalId: string;
  readonly #objects: ChunkObjects | undefined;
  readonly #coming = new Map<number, Promise<CastChunk | undefined>>();

  /** Without `objects` pieces are stored in the database, and those elsewhere cannot be read. */
  constructor(db: Db, terminalId: string, objects?: ChunkObjects) {
    this.#db = db;
    this.#terminalId = terminalId;
    this.#objects = objects;
  }

  async append(chunks: readonly CastChunk[], tail?: CastTail): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new StorageFault(`the storage did not take it within ${STORE_MS / 1000} s`)), STORE_MS);
    });
    try {
      await Promise.race([this.#append(chunks, tail), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What was kept beside the pieces. */
  async tail(): Promise<CastTail | undefined> {
    const row = await this.#db.recordingTail.findUnique({ where: { terminalId: this.#terminalId } });
    return row === null ? undefined : { number: row.number, content: row.content };
  }

  async read(number: number): Promise<CastChunk | undefined> {
    const coming = this.#coming.get(number) ?? this.#read(number);
    this.#coming.delete(number);
    const chunk = await coming;
    if (chunk !== undefined && this.#objects !== undefined) this.#ahead(number + 1);
    return chunk;
  }

  async #append(chunks: readonly CastChunk[], tail: CastTail | undefined): Promise<void> {
    const objects = this.#objects;
    const stored = await Promise.all(
      chunks.map(async (chunk) => {
        if (objects === undefined) return { chunk, where: { content: chunk.content } };
        const object = objectOf(this.#terminalId, chunk);
        await objects.put(object, chunk.content, chunk.sha256);
        return { chunk, where: { object } };
      }),
    );
    const values = stored.flatMap(({ chunk: { number, at, offset, content, sha256, chain, end }, where }) => [
      number,
      Math.round(at),
      offset,
      where.content ?? null,
      where.object ?? null,
      content.byteLength,
      sha256,
      chain,
      end ?? null,
    ]);
    const last = tail === undefined ? [] : [tail.number, tail.content];
    const name = `recording-${stored.length}-${last.length}`;
    const text = statementOf(stored.length, tail !== undefined);
    await this.#run({ name, text, values: [this.#terminalId, ...values, ...last] }, chunks);
  }

  /** A database that is started anew, or fails over, ends no recording. */
  async #run(statement: QueryConfig, chunks: readonly CastChunk[]): Promise<void> {
    const last = performance.now() + TRY_MS;
    for (let tried = 0; ; tried++) {
      try {
        await poolOf(this.#db).query(statement);
        return;
      } catch (error) {
        // The one before may have been carried out, its answer lost.
        if (tried > 0 && chunks.length > 0 && (await this.#isStored(chunks))) return;
        if (!isPassing(error) || performance.now() > last) throw error;
      }
      await pause(PAUSE_MS);
    }
  }

  async #isStored(chunks: readonly CastChunk[]): Promise<boolean> {
    const where = { terminalId: this.#terminalId, number: { in: chunks.map(({ number }) => number) } };
    const rows = await this.#db.recordingChunk.findMany({ where, select: { number: true, chain: true } }).catch(() => []);
    return chunks.every(({ number, chain }) => rows.some((row) => row.number === number && row.chain === chain));
  }

  async #read(number: number): Promise<CastChunk | undefined> {
    const row = await this.#db.recordingChunk.findUnique({ where: { terminalId_number: { terminalId: this.#terminalId, number } } });
    return row === null ? undefined : chunkOf(row, row.content ?? (await this.#fetched(row)));
  }

  async #fetched({ number, object, bytes }: RecordingChunk): Promise<Uint8Array> {
    if (object === null) throw new CastFault(number, "its content is gone");
    if (this.#objects === undefined) throw new StorageFault("it is in an object storage that is not configured any more");
    const content = await this.#objects.get(object, bytes);
    if (content === undefined) throw new CastFault(number, "its content is missing in the object storage");
    return content;
  }

  /** Reading one object after the other would wait for each. */
  #ahead(from: number): void {
    for (let number = from; number < from + AHEAD; number++) {
      if (this.#coming.has(number)) continue;
      const coming = this.#read(number);
      // Whoever asks for it meets the fault.
      coming.catch(() => {});
      this.#coming.set(number, coming);
    }
  }
}

/**
 * A connection that broke or could not be made, or a server that is being stopped or started (Class 08 and 57P01 to 57P03): what fails so may be
 * well in a moment. The driver has no code for a connection that ends in the middle.
 */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return typeof code === "string"
    ? /^(08[0-9A-Z]{3}|57P0[123]|ECONNREFUSED|ECONNRESET|EPIPE)$/.test(code)
    : error.message.startsWith("Connection terminated");
}

const COLUMNS = ["number", "at", "offset", "content", "object", "bytes", "sha256", "chain", "end"];

/**
 * One statement for so many pieces and their tail, or for the end of the one before. A tail of an earlier piece that comes late, over a
 * connection that was given up, changes nothing.
 */
function statementOf(pieces: number, tail: boolean): string {
  const after = 2 + pieces * COLUMNS.length;
  const tails = tail
    ? `INSERT INTO "RecordingTail" ("terminalId", "number", "content")
       SELECT $1::uuid, $${after}::integer, $${after + 1}::bytea
       WHERE NOT EXISTS (SELECT 1 FROM "RecordingChunk" WHERE "terminalId" = $1::uuid AND "number" >= $${after}::integer)
       ON CONFLICT ("terminalId") DO UPDATE SET "number" = EXCLUDED."number", "content" = EXCLUDED."content"
       WHERE EXCLUDED."number" >= "RecordingTail"."number"`
    : `DELETE FROM "RecordingTail" WHERE "terminalId" = $1::uuid`;
  if (pieces === 0) return tails;
  const rows = Array.from(
    { length: pieces },
    (_, row) => `($1::uuid, ${COLUMNS.map((_, column) => `$${row * COLUMNS.length + column + 2}`).join(", ")})`,
  );
  return `WITH tail AS (${tails})
    INSERT INTO "RecordingChunk" ("terminalId", ${COLUMNS.map((name) => `"${name}"`).join(", ")}) VALUES ${rows.join(", ")}`;
}

/** Named by its content: what is put again is what is there. */
const objectOf = (terminalId: string, { number, sha256 }: CastChunk): string =>
  `${terminalId}/${String(number).padStart(6, "0")}-${sha256.slice(0, 16)}.zst`;

function chunkOf({ number, at, offset, sha256, chain, end }: RecordingChunk, content: Uint8Array): CastChunk {
  return {
    number,
    at,
    offset: Number(offset),
    content,
    sha256,
    chain,
    ...(end === "sealed" || end === "interrupted" ? { end } : {}),
  };
}
