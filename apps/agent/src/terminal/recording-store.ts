import type { Db, RecordingChunk } from "@interlock/db";
import type { CastChunk, ChunkStore } from "@interlock/recording";

/** The pieces of one terminal's recording in Interlock's own database. */
export class RecordingStore implements ChunkStore {
  readonly #db: Db;
  readonly #terminalId: string;

  constructor(db: Db, terminalId: string) {
    this.#db = db;
    this.#terminalId = terminalId;
  }

  async append({ number, at, offset, content, sha256, chain, end }: CastChunk): Promise<void> {
    await this.#db.recordingChunk.create({
      data: {
        terminalId: this.#terminalId,
        number,
        at: Math.round(at),
        offset,
        content: new Uint8Array(content),
        sha256,
        chain,
        end: end ?? null,
      },
    });
  }

  async read(number: number): Promise<CastChunk | undefined> {
    const row = await this.#db.recordingChunk.findUnique({ where: { terminalId_number: { terminalId: this.#terminalId, number } } });
    return row === null ? undefined : chunkOf(row);
  }
}

function chunkOf({ number, at, offset, content, sha256, chain, end }: RecordingChunk): CastChunk {
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
