import { CHAIN_START, CHUNK_BYTES, CHUNK_MS, sealChunk, type CastChunk, type CastEnd, type ChunkStore } from "./cast-chunk.ts";
import { eventLine, headerLine, type CastCode, type CastHeader, type CommandMark } from "./asciicast.ts";

export interface CastWriterOptions {
  /** Names the recording in its chain; one line. */
  recording: string;
  header: CastHeader;
  store: ChunkStore;
  /** Record what is typed, too. It may hold passwords that are not echoed. */
  input?: boolean;
  /** Called once a chunk is stored: what is audited, and what survives `kill -9`. */
  stored?: (chunk: CastChunk) => void;
  /** Called once, when a chunk could not be stored. Nothing is recorded from then on. */
  failed?: (error: unknown) => void;
  /** Milliseconds that only grow. */
  now?: () => number;
}

/** Output of pieces that come within this time is one event, in milliseconds. */
const MERGE_MS = 8;
/** Output after which an event is closed, in bytes: twice that, with each byte written as `\u001b`, still fits into a chunk. */
const EVENT_BYTES = 4 * 1024;

const encoder = new TextEncoder();

/**
 * Writes a recording as it happens. Events are gathered into chunks of 64 KiB or a second, whichever comes first; chunks are stored one after the
 * other. What waits to be stored is in `waiting`: a caller that is far ahead of the store pauses its source.
 */
export class CastWriter {
  readonly #options: CastWriterOptions;
  readonly #now: () => number;
  readonly #began: number;
  /** Lines of the open chunk. */
  #lines: string[] = [];
  #lineBytes = 0;
  #chunkAt = 0;
  #chunkOffset = 0;
  #number = 0;
  #previous = CHAIN_START;
  #lastEvent = 0;
  #offset = 0;
  /** Output that is not an event yet. */
  #text = "";
  #textBytes = 0;
  #textAt = 0;
  readonly #output = new TextDecoder();
  readonly #input = new TextDecoder();
  #timer: NodeJS.Timeout | undefined;
  #storing: Promise<void> = Promise.resolve();
  #waiting = 0;
  #ended = false;
  #failure: { error: unknown } | undefined;

  constructor(options: CastWriterOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#began = this.#now();
    this.#line(headerLine(options.header));
  }

  /** Bytes that are not stored yet. */
  get waiting(): number {
    return this.#waiting + this.#lineBytes + this.#textBytes;
  }

  /** Bytes of output recorded so far. */
  get offset(): number {
    return this.#offset + this.#textBytes;
  }

  /** Adds output, cut anywhere: a character that is not whole waits for its rest. */
  output(bytes: Uint8Array): void {
    if (this.#closed()) return;
    const at = this.#time();
    if (this.#textBytes > 0 && (at - this.#textAt >= MERGE_MS || this.#textBytes >= EVENT_BYTES)) this.#flushText();
    for (let from = 0; from < bytes.length; from += EVENT_BYTES) {
      const piece = bytes.subarray(from, from + EVENT_BYTES);
      if (this.#textBytes === 0) this.#textAt = at;
      this.#text += this.#output.decode(piece, { stream: true });
      this.#textBytes += piece.length;
      if (this.#textBytes >= EVENT_BYTES) this.#flushText();
    }
    this.#arm();
  }

  /** Adds what was typed, where the recording was opened for it. */
  typed(bytes: Uint8Array): void {
    if (this.#options.input === true) this.#event("i", this.#input.decode(bytes, { stream: true }));
  }

  marker(label: string): void {
    this.#event("m", label);
  }

  resize(columns: number, rows: number): void {
    this.#event("r", `${columns}x${rows}`);
  }

  /** A mark of the shell at this place. One that starts a command is a marker for players as well. */
  command(mark: Omit<CommandMark, "offset">): void {
    this.#flushText();
    this.#event("c", JSON.stringify({ ...mark, offset: this.#offset }));
    if (mark.kind === "started" && mark.text !== undefined) this.#event("m", mark.text);
  }

  /** The recording is over, with what ended it. Resolves once all of it is stored; rejects with what the store said. */
  async seal(exit?: { code?: number }): Promise<CastChunk> {
    if (exit?.code !== undefined) this.#event("x", String(exit.code));
    return this.#end("sealed");
  }

  /** The recording breaks off. */
  async interrupt(why: string): Promise<CastChunk> {
    this.#event("m", why);
    return this.#end("interrupted");
  }

  /** Stores what there is now. Resolves once it is stored. */
  async flush(): Promise<void> {
    this.#flushText();
    this.#cut();
    await this.#storing;
    this.#rethrow();
  }

  async #end(end: CastEnd): Promise<CastChunk> {
    this.#rethrow();
    if (this.#ended) throw new Error("the recording has ended");
    this.#text += this.#output.decode();
    this.#flushText();
    const last = this.#cut(end)!;
    this.#ended = true;
    await this.#storing;
    this.#rethrow();
    return last;
  }

  #rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #closed(): boolean {
    return this.#ended || this.#failure !== undefined;
  }

  #time(): number {
    return Math.max(this.#lastEvent, Math.round(this.#now() - this.#began));
  }

  #event(code: CastCode, data: string): void {
    if (this.#closed()) return;
    this.#flushText();
    this.#put(this.#time(), code, data);
    this.#arm();
  }

  #flushText(): void {
    // The bytes of a character that is not whole are counted and wait in the decoder.
    const [text, at] = [this.#text, Math.max(this.#textAt, this.#lastEvent)];
    const bytes = this.#textBytes;
    this.#text = "";
    this.#textBytes = 0;
    if (text !== "") this.#put(at, "o", text);
    this.#offset += bytes;
  }

  #put(at: number, code: CastCode, data: string): void {
    const text = eventLine(at - this.#lastEvent, code, data);
    if (this.#lineBytes > 0 && this.#lineBytes + Buffer.byteLength(text) > CHUNK_BYTES) this.#cut();
    if (this.#lines.length === 0) {
      this.#chunkAt = this.#lastEvent;
      this.#chunkOffset = this.#offset;
    }
    this.#lastEvent = at;
    this.#line(text);
  }

  #line(text: string): void {
    this.#lines.push(text);
    this.#lineBytes += Buffer.byteLength(text);
  }

  /** Closes the open chunk and has it stored after those before it. */
  #cut(end?: CastEnd): CastChunk | undefined {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if ((this.#lines.length === 0 && end === undefined) || this.#closed()) return undefined;
    const content = encoder.encode(this.#lines.join(""));
    const [at, offset] = this.#lines.length === 0 ? [this.#lastEvent, this.#offset] : [this.#chunkAt, this.#chunkOffset];
    const chunk = sealChunk(this.#options.recording, this.#previous, {
      number: this.#number++,
      at,
      offset,
      content,
      ...(end !== undefined && { end }),
    });
    this.#previous = chunk.chain;
    this.#lines = [];
    this.#lineBytes = 0;
    this.#waiting += content.length;
    this.#storing = this.#storing.then(() => this.#store(chunk));
    return chunk;
  }

  async #store(chunk: CastChunk): Promise<void> {
    // After a failure the chain has a hole: nothing behind it may pass for recorded.
    if (this.#failure !== undefined) return;
    try {
      await this.#options.store.append(chunk);
    } catch (error) {
      this.#failure = { error };
      clearTimeout(this.#timer);
      this.#options.failed?.(error);
      return;
    }
    this.#waiting -= chunk.content.length;
    this.#options.stored?.(chunk);
  }

  #arm(): void {
    if (this.#lineBytes + this.#textBytes >= CHUNK_BYTES) {
      this.#flushText();
      this.#cut();
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#flushText();
      this.#cut();
      // The time a chunk may take to be stored is part of the second.
    }, CHUNK_MS * 0.8).unref();
  }
}
