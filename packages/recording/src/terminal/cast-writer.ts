import { eventLine, headerLine, type CastCode, type CastHeader, type CommandMark } from "./asciicast.ts";
import { CHAIN_START, CHUNK_MS, sealChunk, type CastChunk, type CastEnd, type CastTail, type ChunkStore } from "./cast-chunk.ts";
import { CHUNK_BYTES, outputLength, outputLine, packContent } from "./chunk-content.ts";
import { WholeCharacters } from "./whole-characters.ts";

export interface CastWriterOptions {
  /** Names the recording in its chain; one line. */
  recording: string;
  header: CastHeader;
  store: ChunkStore;
  /** What is still to come, in this form or another: the tail ends with it. Absent: nothing ever. */
  held?: () => readonly ShownOutput[];
  /** Record what is typed, too. It may hold passwords that are not echoed. */
  input?: boolean;
  /** Called once a chunk is stored: what is audited, and what survives `kill -9`. */
  stored?: (chunk: CastChunk) => void;
  /** Called once, when a chunk could not be stored. Nothing is recorded from then on. */
  failed?: (error: unknown) => void;
  /** Milliseconds that only grow. */
  now?: () => number;
}

/** Output, and when it was shown. */
export interface ShownOutput {
  bytes: Uint8Array;
  shown: number;
}

/** Output of pieces that come within this time is one event, in milliseconds. */
const MERGE_MS = 8;
/** Output after which an event is closed, in bytes. */
const EVENT_BYTES = 16 * 1024;
/** Bytes taken at once. Each may be no UTF-8 and become the three of U+FFFD. */
const PIECE_BYTES = 64 * 1024;

/** Memory for the events of a terminal that shows little. */
const QUIET_BYTES = 16 * 1024;
/** For those of one that shows more; what is beyond that gets a full chunk's. */
const SMALL_BYTES = 128 * 1024;
/** Most chunks that are stored together. */
const CHUNKS_AT_ONCE = 8;

const encoder = new TextEncoder();

/**
 * Writes a recording as it happens. Events are gathered into chunks of a MiB or a second, whichever comes first; chunks are stored one after the
 * other. What waits to be stored is in `waiting`: a caller that is far ahead of the store pauses its source.
 */
export class CastWriter {
  readonly #options: CastWriterOptions;
  readonly #now: () => number;
  readonly #began: number;
  /** Lines of the open chunk, in its first bytes. */
  #lines = new Uint8Array(QUIET_BYTES);
  #lineBytes = 0;
  #chunkAt = 0;
  #chunkOffset = 0;
  #number = 0;
  #previous = CHAIN_START;
  #lastEvent = 0;
  /** Bytes of output before the event that is open. */
  #offset = 0;
  /** An event of output at the end of the lines that goes on: where its bytes begin, and when it did. */
  #open: { from: number; at: number } | undefined;
  /** Bytes of output counted for it, those of a character that is not whole too. */
  #openBytes = 0;
  readonly #output = new WholeCharacters();
  readonly #input = new TextDecoder();
  #timer: NodeJS.Timeout | undefined;
  #storing: Promise<void> = Promise.resolve();
  /** Chunks that are not on their way to the store yet, with their bytes before they were packed. */
  #queue: { chunk: CastChunk; bytes: number }[] = [];
  #waiting = 0;
  /** The tail is on its way without a chunk. */
  #keeping = false;
  #ended = false;
  #failure: { error: unknown } | undefined;

  constructor(options: CastWriterOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#began = this.#now();
    this.#line(encoder.encode(headerLine(options.header)));
  }

  /** Bytes that are not stored yet, before they are packed. */
  get waiting(): number {
    return this.#waiting + this.#lineBytes;
  }

  /** Bytes of output recorded so far. */
  get offset(): number {
    return this.#offset + this.#openBytes;
  }

  /** Adds output, cut anywhere: a character that is not whole waits for its rest. `shown`: when, where that was not just now. */
  output(bytes: Uint8Array, shown?: number): void {
    if (this.#closed()) return;
    const at = this.#time(shown);
    if (this.#open !== undefined && at - this.#open.at >= MERGE_MS) this.#closeOutput();
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      const piece = from === 0 && bytes.length <= PIECE_BYTES ? bytes : bytes.subarray(from, from + PIECE_BYTES);
      this.#addText(this.#output.push(piece), at);
      this.#openBytes += piece.length;
      if (this.#open !== undefined && this.#lineBytes - this.#open.from >= EVENT_BYTES) this.#closeOutput();
    }
    this.#arm();
  }

  /** Has what there is stored, with what is held. */
  keep(): void {
    this.#closeOutput();
    const chunk = this.#cut();
    this.#shrink();
    if (chunk !== undefined || this.#keeping) return;
    this.#keeping = true;
    this.#storing = this.#storing.then(() => {
      this.#keeping = false;
      return this.#store(true);
    });
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
    this.#closeOutput();
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
    this.#closeOutput();
    this.#cut();
    await this.#storing;
    this.#rethrow();
  }

  async #end(end: CastEnd): Promise<CastChunk> {
    this.#rethrow();
    if (this.#ended) throw new Error("the recording has ended");
    this.#addText(this.#output.end(), this.#time());
    this.#closeOutput();
    const last = this.#cut(end);
    this.#ended = true;
    await this.#storing;
    this.#rethrow();
    return last!;
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
    this.#closeOutput();
    this.#put(this.#time(), code, data);
    this.#arm();
  }

  #addText(text: Uint8Array, at: number): void {
    if (text.length === 0) return;
    // Chunks keep to their size: output goes on as another event in the next one.
    if (this.#open !== undefined && this.#lineBytes + text.length + 1 > CHUNK_BYTES) this.#closeOutput();
    if (this.#open === undefined) {
      // It may have been shown before what was written of an event since.
      const begins = Math.max(at, this.#lastEvent);
      const line = outputLine(begins - this.#lastEvent, 0);
      this.#room(line.length + text.length + 1);
      this.#ascii(line, this.#lineBytes);
      this.#lineBytes += line.length;
      this.#open = { from: this.#lineBytes, at: begins };
    } else this.#grow(text.length + 1);
    this.#lines.set(text, this.#lineBytes);
    this.#lineBytes += text.length;
  }

  #closeOutput(): void {
    const open = this.#open;
    if (open !== undefined) {
      const length = outputLength(this.#lineBytes - open.from);
      // Its line ends with a bracket and a line end.
      this.#ascii(length, open.from - 2 - length.length);
      this.#ascii("\n", this.#lineBytes++);
      this.#lastEvent = open.at;
      this.#open = undefined;
    }
    // Bytes of a character that is not whole are counted with the event before them.
    this.#offset += this.#openBytes;
    this.#openBytes = 0;
  }

  #put(at: number, code: CastCode, data: string): void {
    const line = encoder.encode(eventLine(at - this.#lastEvent, code, data));
    this.#room(line.length);
    this.#lastEvent = at;
    this.#line(line);
  }

  /** Makes room for a line of so many bytes, in the next chunk where this one would become too long. */
  #room(bytes: number): void {
    if (this.#lineBytes > 0 && this.#lineBytes + bytes > CHUNK_BYTES) this.#cut();
    if (this.#lineBytes === 0) {
      this.#chunkAt = this.#lastEvent;
      this.#chunkOffset = this.#offset;
    }
    this.#grow(bytes);
  }

  #grow(bytes: number): void {
    const least = this.#lineBytes + bytes;
    if (least <= this.#lines.length) return;
    const larger = new Uint8Array(least <= SMALL_BYTES ? SMALL_BYTES : Math.max(least, CHUNK_BYTES));
    larger.set(this.#lines.subarray(0, this.#lineBytes));
    this.#lines = larger;
  }

  #line(line: Uint8Array): void {
    this.#grow(line.length);
    this.#lines.set(line, this.#lineBytes);
    this.#lineBytes += line.length;
  }

  #ascii(text: string, at: number): void {
    for (let i = 0; i < text.length; i++) this.#lines[at + i] = text.charCodeAt(i);
  }

  /** Closes the open chunk and has it stored after those before it. */
  #cut(end?: CastEnd): CastChunk | undefined {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if ((this.#lineBytes === 0 && end === undefined) || this.#closed()) return undefined;
    const [at, offset] = this.#lineBytes === 0 ? [this.#lastEvent, this.#offset] : [this.#chunkAt, this.#chunkOffset];
    let content: Uint8Array;
    try {
      content = packContent(this.#lines.subarray(0, this.#lineBytes));
    } catch (error) {
      // There is no memory for it.
      this.#fail(error);
      return undefined;
    }
    const number = this.#number++;
    const chunk = sealChunk(this.#options.recording, this.#previous, { number, at, offset, content, ...(end !== undefined && { end }) });
    this.#previous = chunk.chain;
    this.#waiting += this.#lineBytes;
    this.#queue.push({ chunk, bytes: this.#lineBytes });
    this.#lineBytes = 0;
    this.#storing = this.#storing.then(() => this.#store());
    return chunk;
  }

  /** All that wait are stored at once: the time that a store takes to be sure is the same for one and for many. `alone`: the tail without a chunk, too. */
  async #store(alone = false): Promise<void> {
    // After a failure the chain has a hole: nothing behind it may pass for recorded.
    const chunks = this.#queue.splice(0, CHUNKS_AT_ONCE);
    if ((chunks.length === 0 && !alone) || this.#failure !== undefined) return;
    try {
      // Where more wait, it is behind them.
      const tail = this.#queue.length === 0 && !this.#ended ? this.#tail() : undefined;
      if (chunks.length === 0 && tail === undefined) return;
      await this.#options.store.append(
        chunks.map(({ chunk }) => chunk),
        tail,
      );
    } catch (error) {
      this.#fail(error);
      return;
    }
    for (const { chunk, bytes } of chunks) {
      this.#waiting -= bytes;
      this.#options.stored?.(chunk);
    }
  }

  /** Where something is held: the lines of the open chunk, and those that would follow. */
  #tail(): CastTail | undefined {
    const held = this.#options.held?.() ?? [];
    if (held.length === 0) return undefined;
    this.#closeOutput();
    const characters = this.#output.copy();
    const lines: Uint8Array[] = [this.#lines.subarray(0, this.#lineBytes)];
    let last = this.#lastEvent;
    let at = last;
    const add = (text: Uint8Array): void => {
      if (text.length === 0) return;
      lines.push(encoder.encode(outputLine(at - last, text.length)), text, encoder.encode("\n"));
      last = at;
    };
    for (const { bytes, shown } of held) {
      at = Math.max(at, this.#time(shown));
      add(characters.push(bytes));
    }
    add(characters.end());
    return { number: this.#number, content: packContent(Buffer.concat(lines)) };
  }

  #fail(error: unknown): void {
    this.#failure = { error };
    clearTimeout(this.#timer);
    this.#options.failed?.(error);
  }

  /** Of a flood the chunks are cut by their size: one that is cut by time is its end, and its memory is not kept for ever. */
  #shrink(): void {
    if (this.#lineBytes === 0 && this.#lines.length > QUIET_BYTES) this.#lines = new Uint8Array(QUIET_BYTES);
  }

  #arm(): void {
    if (this.#lineBytes >= CHUNK_BYTES) {
      this.#closeOutput();
      this.#cut();
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#closeOutput();
      this.#cut();
      this.#shrink();
      // The time a chunk may take to be stored is part of the second.
    }, CHUNK_MS * 0.6).unref();
  }
}
