import { CHAIN_START, faultOf, sealChunk, type CastChunk, type CastEnd, type CastTail, type ChunkStore } from "./cast-chunk.ts";
import { eventLine, readHeader, type CastEvent, type CastHeader } from "./asciicast.ts";
import { linesOf, packContent, unpackContent, type ChunkLine } from "./chunk-content.ts";

/** A recording is not what was recorded. */
export class CastFault extends Error {
  /** The first chunk that is wrong. */
  readonly chunk: number;
  constructor(chunk: number, why: string) {
    super(`chunk ${chunk} of the recording: ${why}`);
    this.name = "CastFault";
    this.chunk = chunk;
  }
}

/** What a whole recording was found to be. */
export interface CastCheck {
  chunks: number;
  bytes: number;
  /** The chain of the last chunk that is right: one value that stands for everything up to it. */
  chain: string;
  /** `open`: it is being written, or nobody has said yet that it broke off. */
  end: CastEnd | "open";
  /** What is wrong, and where; everything before it is right. */
  fault?: { chunk: number; why: string };
}

/** The chunks of a recording in their order, each checked before it is given. Throws CastFault. */
export async function* readChunks(store: ChunkStore, recording: string): AsyncGenerator<CastChunk> {
  let previous = CHAIN_START;
  for (let number = 0; ; number++) {
    const chunk = await store.read(number);
    if (chunk === undefined) return;
    const fault = faultOf(recording, previous, number, chunk);
    if (fault !== undefined) throw new CastFault(number, fault);
    yield chunk;
    if (chunk.end !== undefined) {
      if ((await store.read(number + 1)) !== undefined) throw new CastFault(number + 1, "it comes after the end");
      return;
    }
    previous = chunk.chain;
  }
}

/**
 * Checks every chunk. `known`: what the audit log has of its last chunk, without which chunks that were taken off the end are not missed.
 */
export async function checkCast(store: ChunkStore, recording: string, known?: { chunk: number; chain: string }): Promise<CastCheck> {
  const check: CastCheck = { chunks: 0, bytes: 0, chain: CHAIN_START, end: "open" };
  try {
    for await (const chunk of readChunks(store, recording)) {
      if (known?.chunk === chunk.number && known.chain !== chunk.chain) throw new CastFault(chunk.number, "it is not what was logged");
      check.chunks++;
      check.bytes += chunk.content.length;
      check.chain = chunk.chain;
      check.end = chunk.end ?? "open";
    }
    if (known !== undefined && known.chunk >= check.chunks) throw new CastFault(check.chunks, "it was logged and is missing");
  } catch (error) {
    if (!(error instanceof CastFault)) throw error;
    check.fault = { chunk: error.chunk, why: error.message };
  }
  return check;
}

/** Header and events of a recording, as far as it is stored. Throws CastFault at the first chunk that is not what was recorded. */
export async function* readCast(store: ChunkStore, recording: string): AsyncGenerator<{ header: CastHeader } | { event: CastEvent }> {
  let at = 0;
  let header: CastHeader | undefined;
  for await (const chunk of readChunks(store, recording))
    for (const line of await readLines(chunk)) {
      if (header === undefined) {
        header = "header" in line ? readHeader(line.header) : undefined;
        if (header === undefined) throw new CastFault(chunk.number, "it does not begin with the header of a recording");
        yield { header };
      } else if ("code" in line) {
        at += line.since;
        yield { event: { at, code: line.code, data: line.data } };
      }
    }
}

async function readLines({ number, content }: CastChunk): Promise<ChunkLine[]> {
  try {
    return [...linesOf(await unpackContent(content))];
  } catch {
    // Its hash is right: somebody wrote what we do not. Words of zlib say nothing to people.
    throw new CastFault(number, "it cannot be read");
  }
}

/**
 * Ends a recording whose writer died, so that it says so. Returns its last chunk; must be idempotent, since this itself can be interrupted.
 * Throws CastFault where what is there was changed: then nothing may be chained to it. `newest`: the number of its last chunk, where that is
 * known; then only that one is looked at, since a start must not wait for all that was ever recorded. `tail`: what was kept beside it, which
 * becomes a chunk where it follows that one.
 */
export async function interruptCast(
  store: ChunkStore,
  recording: string,
  why: string,
  { newest, tail }: { newest?: number; tail?: CastTail | undefined } = {},
): Promise<CastChunk> {
  let last: CastChunk | undefined;
  if (newest === undefined) for await (const chunk of readChunks(store, recording)) last = chunk;
  else last = await lastOf(store, recording, newest);
  if (last?.end !== undefined) return last;
  const added: CastChunk[] = [];
  const add = async (content: Uint8Array, end: { end?: CastEnd } = {}): Promise<CastChunk> => {
    const before = added.at(-1) ?? last;
    const place = { number: (before?.number ?? -1) + 1, ...(await endOf(before)) };
    const chunk = sealChunk(recording, before?.chain ?? CHAIN_START, { ...place, content, ...end });
    added.push(chunk);
    return chunk;
  };
  if (tail !== undefined && tail.number === (last?.number ?? -1) + 1) await add(tail.content);
  const ended = await add(packContent(new TextEncoder().encode(eventLine(0, "m", why))), { end: "interrupted" });
  await store.append(added);
  return ended;
}

/** A chunk that follows the one before it. */
async function lastOf(store: ChunkStore, recording: string, number: number): Promise<CastChunk> {
  const [before, last] = [number === 0 ? undefined : await store.read(number - 1), await store.read(number)];
  if (last === undefined || (before === undefined && number > 0)) throw new CastFault(number, "it is missing");
  const fault = faultOf(recording, before?.chain ?? CHAIN_START, number, last);
  if (fault !== undefined) throw new CastFault(number, fault);
  return last;
}

/** Where the events of a chunk end. */
async function endOf(chunk: CastChunk | undefined): Promise<{ at: number; offset: number }> {
  let [at, offset] = [chunk?.at ?? 0, chunk?.offset ?? 0];
  for (const line of chunk === undefined ? [] : await readLines(chunk)) {
    if ("header" in line) continue;
    at += line.since;
    if (line.code === "o") offset += Buffer.byteLength(line.data);
  }
  return { at, offset };
}
