import { CHAIN_START, CHUNK_BYTES, CHUNK_MS, sealChunk, type CastChunk, type CastEnd, type ChunkStore } from "./cast-chunk.ts";
import { eventLine, headerLine, type CastCode, type CastHeader, type CommandMark } from "./asciicast.ts";
import { escapedLength, MOST_ESCAPED, writeJson } from "./json-bytes.ts";
import { WholeCharacters } from "./whole-characters.ts";

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
const EVENT_BYTES = 16 * 1024;

/** Memory for the lines of a terminal that shows little. */
const QUIET_BYTES = 16 * 1024;
/** Memory for those of one that shows much: a full chunk, and room for an event behind it as if each of its bytes were escaped. */
const FLOOD_BYTES = CHUNK_BYTES + 2 * EVENT_BYTES * MOST_ESCAPED + 1024;
/** Most chunks that are stored together. */
const CHUNKS_AT_ONCE = 8;

/** Bytes taken at once: each may be no UTF-8 and become the three of U+FFFD, and still fit behind an event that is almost full. */
const PIECE_BYTES = 4 * 1024;

const encoder = new TextEncoder();

/**
 * Writes a recording as it happens. Events are gathered into chunks of 256 KiB or a second, whichever comes first; chunks are stored one after the
 * other. What waits to be stored is in `waiting`: a caller that is far ahead of the store pauses its source.
 */
export class CastWriter {
  readonly #options: CastWriterOptions;
  readonly #now: () => number;
  readonly #began: number;
  /** Lines of the open chunk, in its first bytes. */
  #lines = new Uint8Array(QUIET_BYTES);
  /** Memory of chunks that were stored. */
  #spare: Uint8Array<ArrayBuffer>[] = [];
  #lineBytes = 0;
  #chunkAt = 0;
  #chunkOffset = 0;
  #number = 0;
  #previous = CHAIN_START;
  #lastEvent = 0;
  #offset = 0;
  /** Output that is not an event yet: whole characters, and how many bytes were counted for them. */
  readonly #text = new Uint8Array(2 * EVENT_BYTES + 64);
  #textLength = 0;
  #textBytes = 0;
  #textAt = 0;
  readonly #output = new WholeCharacters();
  readonly #input = new TextDecoder();
  #timer: NodeJS.Timeout | undefined;
  #storing: Promise<void> = Promise.resolve();
  /** Chunks that are not on their way to the store yet. */
  #queue: CastChunk[] = [];
  #waiting = 0;
  #ended = false;
  #failure: { error: unknown } | undefined;

  constructor(options: CastWriterOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#began = this.#now();
    this.#line(encoder.encode(headerLine(options.header)));
  }

  /** Bytes that are not stored yet. */
  get waiting(): number {
    return this.#waiting + this.#lineBytes + this.#textBytes;
  }

  /** Bytes of output recorded so far. */
  get offset(): number {
    return this.#offset + this.#textBytes;
  }

  /** Adds output, cut anywhere: a character that is not whole waits for its rest. `shown`: when, where that was not just now. */
  output(bytes: Uint8Array, shown?: number): void {
    if (this.#closed()) return;
    const at = this.#time(shown);
    if (this.#textBytes > 0 && (at - this.#textAt >= MERGE_MS || this.#textBytes >= EVENT_BYTES)) this.#flushText();
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      const piece = bytes.subarray(from, from + PIECE_BYTES);
      if (this.#textBytes === 0) this.#textAt = at;
      this.#addText(this.#output.push(piece));
      this.#textBytes += piece.length;
      if (this.#textBytes >= EVENT_BYTES || this.#textLength >= EVENT_BYTES) this.#flushText();
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
    this.#addText(this.#output.end());
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

  #time(shown = this.#now()): number {
    return Math.max(this.#lastEvent, Math.round(shown - this.#began));
  }

  #event(code: CastCode, data: string): void {
    if (this.#closed()) return;
    this.#flushText();
    this.#put(this.#time(), code, data);
    this.#arm();
  }

  #addText(text: Uint8Array): void {
    this.#text.set(text, this.#textLength);
    this.#textLength += text.length;
  }

  #flushText(): void {
    const bytes = this.#textBytes;
    // Bytes of a character that is not whole are counted with the event before them.
    this.#textBytes = 0;
    const length = this.#textLength;
    this.#textLength = 0;
    if (length > 0) {
      const at = Math.max(this.#textAt, this.#lastEvent);
      const before = `[${(at - this.#lastEvent) / 1000}, "o", "`;
      const most = before.length + length * MOST_ESCAPED + 3;
      const fits = this.#lineBytes + most <= CHUNK_BYTES;
      this.#open(most, fits ? most : before.length + escapedLength(this.#text, length) + 3);
      this.#ascii(before);
      this.#lineBytes = writeJson(this.#text.subarray(0, length), this.#lines, this.#lineBytes);
      this.#ascii('"]\n');
      this.#lastEvent = at;
    }
    this.#offset += bytes;
  }

  #put(at: number, code: CastCode, data: string): void {
    const line = encoder.encode(eventLine(at - this.#lastEvent, code, data));
    this.#open(line.length, line.length);
    this.#lastEvent = at;
    this.#line(line);
  }

  /** Makes room for a line of so many bytes, in the next chunk where this one would become too long. */
  #open(room: number, length: number): void {
    if (this.#lineBytes > 0 && this.#lineBytes + length > CHUNK_BYTES) this.#cut();
    if (this.#lineBytes === 0) {
      this.#chunkAt = this.#lastEvent;
      this.#chunkOffset = this.#offset;
    }
    this.#grow(room);
  }

  #grow(room: number): void {
    if (this.#lineBytes + room <= this.#lines.length) return;
    const larger = this.#memory(this.#lineBytes + room);
    larger.set(this.#lines.subarray(0, this.#lineBytes));
    this.#lines = larger;
  }

  #memory(least: number): Uint8Array<ArrayBuffer> {
    if (least > FLOOD_BYTES) return new Uint8Array(least);
    return this.#spare.pop() ?? new Uint8Array(FLOOD_BYTES);
  }

  #line(line: Uint8Array): void {
    this.#grow(line.length);
    this.#lines.set(line, this.#lineBytes);
    this.#lineBytes += line.length;
  }

  #ascii(text: string): void {
    for (let i = 0; i < text.length; i++) this.#lines[this.#lineBytes++] = text.charCodeAt(i);
  }

  /** Closes the open chunk and has it stored after those before it. */
  #cut(end?: CastEnd): CastChunk | undefined {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if ((this.#lineBytes === 0 && end === undefined) || this.#closed()) return undefined;
    // Of a flood the memory itself goes on, and comes back; of a quiet one there are few bytes to copy.
    const lent = this.#lineBytes > QUIET_BYTES;
    const content = lent ? this.#lines.subarray(0, this.#lineBytes) : this.#lines.slice(0, this.#lineBytes);
    if (lent) this.#lines = this.#memory(0);
    const [at, offset] = this.#lineBytes === 0 ? [this.#lastEvent, this.#offset] : [this.#chunkAt, this.#chunkOffset];
    const chunk = sealChunk(this.#options.recording, this.#previous, {
      number: this.#number++,
      at,
      offset,
      content,
      ...(end !== undefined && { end }),
    });
    this.#previous = chunk.chain;
    this.#lineBytes = 0;
    this.#waiting += content.length;
    this.#queue.push(chunk);
    this.#storing = this.#storing.then(() => this.#store());
    return chunk;
  }

  /** All that wait are stored at once: the time that a store takes to be sure is the same for one and for many. */
  async #store(): Promise<void> {
    // After a failure the chain has a hole: nothing behind it may pass for recorded.
    const chunks = this.#queue.splice(0, CHUNKS_AT_ONCE);
    if (chunks.length === 0 || this.#failure !== undefined) return;
    try {
      await this.#options.store.append(chunks);
    } catch (error) {
      this.#failure = { error };
      clearTimeout(this.#timer);
      this.#options.failed?.(error);
      return;
    }
    for (const chunk of chunks) {
      this.#waiting -= chunk.content.length;
      this.#options.stored?.(chunk);
      const { buffer } = chunk.content;
      if (buffer.byteLength === FLOOD_BYTES && this.#spare.length < CHUNKS_AT_ONCE) this.#spare.push(new Uint8Array(buffer as ArrayBuffer));
    }
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
      // The memory of a flood is not kept for ever.
      const chunk = this.#cut();
      if (chunk !== undefined && chunk.content.length <= QUIET_BYTES && this.#lines.length > QUIET_BYTES) {
        this.#lines = new Uint8Array(QUIET_BYTES);
        this.#spare = [];
      }
      // The time a chunk may take to be stored is part of the second.
    }, CHUNK_MS * 0.8).unref();
  }
}
