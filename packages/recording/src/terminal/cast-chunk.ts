import { hash } from "node:crypto";

/** A piece of a recording: whole events of it, hashed, and chained to the piece before. */
export interface CastChunk {
  /** From 0, without gaps. */
  number: number;
  /** Milliseconds since the beginning, and bytes of output, before its first event. */
  at: number;
  offset: number;
  /** Its events, packed (see `packContent`). */
  content: Uint8Array;
  /** Of the content, in hexadecimal. */
  sha256: string;
  /** Stands for this chunk and all before it. */
  chain: string;
  /** On the last one: whether the terminal's end was recorded, or recording broke off. */
  end?: CastEnd;
}

export type CastEnd = "sealed" | "interrupted";

/**
 * What would follow the stored chunks if the recording broke off now, the beginning of a word with it whose masking is not decided yet. That may
 * still come in another form, and chunks cannot be taken back, so it stands beside them.
 */
export interface CastTail {
  /** Of the chunk that it would be: once there is one of that number, it means nothing. */
  number: number;
  /** Its events, packed. */
  content: Uint8Array;
}

/**
 * Where chunks are kept. What is appended is there for good once the promise is kept, whatever happens to the process; `append` of a number that
 * is there already rejects.
 */
export interface ChunkStore {
  /** In their order, with the tail in place of the one before, or of none: all or nothing. Resolves once they are stored. */
  append(chunks: readonly CastChunk[], tail?: CastTail): Promise<void>;
  /** Undefined for one that is not there. */
  read(number: number): Promise<CastChunk | undefined>;
}

/** Longest time an event waits for its chunk to be stored, in milliseconds. */
export const CHUNK_MS = 1_000;

const sha256 = (data: Uint8Array | string): string => hash("sha256", data);

/** What the first chunk is chained to. */
export const CHAIN_START = "0".repeat(64);

/**
 * `previous` is the chain of the chunk before. The recording's name is part of it, so that no chunk passes for one of another recording; every
 * field is on a line of its own and none can hold a line end.
 */
export function sealChunk(recording: string, previous: string, chunk: Omit<CastChunk, "sha256" | "chain">): CastChunk {
  const hashed = { ...chunk, sha256: sha256(chunk.content) };
  return { ...hashed, chain: chainOf(recording, previous, hashed) };
}

/** Goes up with what is hashed or how it is to be read. Chunks of 1 were lines of an asciicast. */
const FORMAT = 2;

function chainOf(recording: string, previous: string, chunk: Omit<CastChunk, "chain" | "content">, format = FORMAT): string {
  if (recording.includes("\n")) throw new RangeError("the name of a recording is one line");
  const fields = [`interlock cast ${format}`, recording, chunk.number, chunk.at, chunk.offset, chunk.end ?? "", chunk.sha256, previous];
  return sha256(fields.join("\n"));
}

/** What is wrong with a chunk that should follow `previous`, in words; undefined where nothing is. */
export function faultOf(recording: string, previous: string, number: number, chunk: CastChunk): string | undefined {
  if (chunk.number !== number) return "it is not the chunk that was asked for";
  // Nobody is to be suspected of having changed it.
  if (chainOf(recording, previous, chunk, 1) === chunk.chain) return "it was stored by an earlier version, which is not read any more";
  if (sha256(chunk.content) !== chunk.sha256) return "its content was changed";
  if (chainOf(recording, previous, chunk) !== chunk.chain) return "it does not follow the chunk before it";
  return undefined;
}
