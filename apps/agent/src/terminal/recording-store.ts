import { poolOf, type Db, type RecordingChunk } from "@interlock/db";
import { CastFault, type CastChunk, type ChunkStore } from "@interlock/recording";
import { StorageFault, type ChunkObjects } from "../recordings/chunk-objects.ts";

/** How long a piece may take to be stored, in milliseconds: then it counts as not stored. */
const STORE_MS = 10_000;
/** Pieces in object storage that are fetched before they are asked for. */
const AHEAD = 4;

/**
 * The pieces of one terminal's recording: a row for each in Interlock's own database, which holds its content or names the object that does. The
 * row comes last, so that a piece is there whole or not at all.
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

  async append(chunks: readonly CastChunk[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new StorageFault(`the storage did not take it within ${STORE_MS / 1000} s`)), STORE_MS);
    });
    try {
      await Promise.race([this.#append(chunks), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async read(number: number): Promise<CastChunk | undefined> {
    const coming = this.#coming.get(number) ?? this.#read(number);
    this.#coming.delete(number);
    const chunk = await coming;
    if (chunk !== undefined && this.#objects !== undefined) this.#ahead(number + 1);
    return chunk;
  }

  async #append(chunks: readonly CastChunk[]): Promise<void> {
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
      this.#terminalId,
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
    await poolOf(this.#db).query({ name: `recording-${stored.length}`, text: insertOf(stored.length), values });
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

const COLUMNS = ["terminalId", "number", "at", "offset", "content", "object", "bytes", "sha256", "chain", "end"];

/** One statement for so many pieces: all or none. */
function insertOf(pieces: number): string {
  const rows = Array.from(
    { length: pieces },
    (_, row) => `(${COLUMNS.map((_, column) => `$${row * COLUMNS.length + column + 1}`).join(", ")})`,
  );
  return `INSERT INTO "RecordingChunk" (${COLUMNS.map((name) => `"${name}"`).join(", ")}) VALUES ${rows.join(", ")}`;
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
