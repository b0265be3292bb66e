import type { CastChunk, CastTail, ChunkStore } from "./cast-chunk.ts";
import { CastWriter } from "./cast-writer.ts";

export const NAME = "0d6f4f0e-6c1a-4c1e-9a53-2f3a7d1b9c55";
export const HEADER = { columns: 80, rows: 24, timestamp: 1_795_212_000, title: "db-1", type: "xterm-256color" };
export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

export class MemoryStore implements ChunkStore {
  chunks: CastChunk[] = [];
  tail: CastTail | undefined;
  async append(chunks: readonly CastChunk[], tail?: CastTail): Promise<void> {
    for (const chunk of chunks) {
      if (chunk.number !== this.chunks.length) throw new Error("there is such a chunk");
      this.chunks.push(chunk);
    }
    this.tail = tail;
  }
  async read(number: number): Promise<CastChunk | undefined> {
    return this.chunks[number];
  }
}

export function recorder(store: ChunkStore = new MemoryStore(), options: Partial<ConstructorParameters<typeof CastWriter>[0]> = {}) {
  const clock = { time: 0 };
  const writer = new CastWriter({ recording: NAME, header: HEADER, store, now: () => clock.time, ...options });
  return { writer, clock, store: store as MemoryStore };
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

export const lines = async (items: AsyncIterable<string>): Promise<unknown[]> =>
  (await all(items))
    .join("")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
