import type { Db, Terminal as TerminalRow } from "@interlock/db";
import { maskRules } from "@interlock/policy";
import type { TerminalSize } from "@interlock/protocol";
import { ByteBuilder, StreamRing, TerminalOutput, type TerminalNote } from "@interlock/terminal";
import { CastFault, interruptCast, type CommandMark } from "@interlock/recording";
import type { Log } from "../log.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import type { ChunkObjects } from "../recordings/chunk-objects.ts";
import type { Timeline } from "../timeline.ts";
import { RecordingChains } from "./recording-chains.ts";
import { RecordingStore } from "./recording-store.ts";
import { Recorder, recordedSoFar, type Recorded } from "./recorder.ts";
import { Mirrors, type Mirror } from "./mirrors.ts";
import type { TerminalPeer } from "./terminal-socket.ts";
import type { TerminalEnding } from "./terminal-view.ts";
import { Viewers, type Picture, type SizeEvent } from "./viewers.ts";

/** What is kept of a stream that is over. */
export type StreamEnd = TerminalSize & Recorded;

interface CommandEvent {
  command: Omit<CommandMark, "offset">;
}

export interface StreamListener {
  /** Those whom the target waits for cannot keep up (true), or can again. */
  pressure: (high: boolean) => void;
  title: (title: string) => void;
  /** What its shell or a program says beside what it shows: raw, at once, and nothing that may be believed by itself. */
  told: (note: TerminalNote) => void;
  /** Somebody fell behind, or has caught up. */
  behind: () => void;
  /** What is shown cannot be recorded any more. */
  unrecorded: (why: string) => void;
}

/** Output that comes within so many milliseconds of the last is taken together, up to so many bytes. */
const TOGETHER = { ms: 2, bytes: 64 * 1024 } as const;
const CAME_BYTES = 8 * 1024;

/** Of a screen that cannot be drawn so much of the end of what was shown is sent in its place, in bytes. */
const UNDRAWN_BYTES = 256 * 1024;
const UNDRAWN = new TextEncoder().encode(
  "\u001b[7m interlock: this screen cannot be drawn any more. Below is the end of what was shown, as it came. \u001b[m\r\n\r\n",
);

const SILENT: StreamListener = { pressure: () => {}, title: () => {}, told: () => {}, behind: () => {}, unrecorded: () => {} };

/**
 * The way of a terminal's output: what it may not say is left out, what is sensitive is masked, and only that is kept, recorded, mirrored and
 * sent (I7). Offsets count those bytes.
 */
export class TerminalStream {
  readonly #output: TerminalOutput<SizeEvent | CommandEvent>;
  readonly #ring = new StreamRing<SizeEvent>();
  readonly #mirror: Mirror;
  readonly #recorder: Recorder;
  readonly #viewers: Viewers;
  readonly #pressing = new Set<"driver" | "mirror" | "recorder">();
  /** What has come since it was last taken on, and when that was. Memory for it, used again and again: twice, for what comes while it is taken on. */
  #came = new ByteBuilder(CAME_BYTES);
  #other = new ByteBuilder(CAME_BYTES);
  #taken = 0;
  #pushing = false;
  #taking: NodeJS.Timeout | undefined;
  #listener = SILENT;
  #size: TerminalSize;

  constructor(
    size: TerminalSize,
    parts: { detectors: readonly string[]; mirror: (drained: () => void) => Mirror; recorder: Recorder; log: Log },
  ) {
    this.#size = size;
    this.#mirror = parts.mirror(() => this.#pressed("mirror", false));
    this.#recorder = parts.recorder;
    this.#recorder.onFailure((why) => this.#listener.unrecorded(why));
    this.#recorder.onPressure((behind) => this.#pressed("recorder", behind));
    this.#output = new TerminalOutput<SizeEvent | CommandEvent>(
      { ...size, detectors: parts.detectors },
      { bytes: (bytes) => this.#shown(bytes), note: (note) => this.#noted(note), told: (note) => this.#listener.told(note) },
    );
    this.#viewers = new Viewers({
      ring: this.#ring,
      picture: () =>
        this.#mirror.picture().catch((error: unknown) => {
          parts.log.error({ err: error }, "the screen of a terminal could not be drawn");
          return this.#undrawn();
        }),
      on: { pressure: (high) => this.#pressed("driver", high), behind: () => this.#listener.behind() },
    });
  }

  on(listener: StreamListener): void {
    this.#listener = listener;
  }

  /** Bytes of output so far. */
  get offset(): number {
    return this.#ring.end;
  }

  /** From the target, as it comes. */
  push(bytes: Uint8Array): void {
    this.#came.append(bytes, 0, bytes.byteLength);
    // An echo goes on at once. In a flood a host sends packet by packet: taken together they are one message for each who looks.
    if (this.#came.length >= TOGETHER.bytes || performance.now() - this.#taken >= TOGETHER.ms) this.#take();
    else this.#taking ??= setTimeout(() => this.#take(), TOGETHER.ms);
  }

  /** Takes on what has come and waits for more. */
  settle(): void {
    this.#take();
  }

  /** What the driver types, just before it is sent: its echo is theirs to see. */
  typed(bytes: Uint8Array): void {
    this.#take();
    this.#output.typed(bytes);
    this.#recorder.typed();
  }

  resize(size: TerminalSize): void {
    this.#take();
    this.#size = size;
    this.#output.resize(size.columns, size.rows, size);
  }

  /** A command of the shell begins or ends at this place of the output; its text is masked. */
  command(command: CommandEvent["command"]): void {
    this.#output.event({ command });
  }

  add(peer: TerminalPeer, offset: number): void {
    this.#viewers.add(peer, offset);
  }

  remove(peer: TerminalPeer): void {
    this.#viewers.remove(peer);
  }

  taken(peer: TerminalPeer, offset: number): void {
    this.#viewers.taken(peer, offset);
  }

  /** The target waits for this page, and for no other. */
  drive(peer: TerminalPeer | undefined): void {
    this.#viewers.drive(peer);
  }

  isBehind(userId: string): boolean {
    return this.#viewers.isBehind(userId);
  }

  /** The screen as it is when nothing follows. */
  last(): Promise<Picture> {
    return this.#mirror.picture();
  }

  /** Nobody comes any more. */
  close(): void {
    this.#mirror.close();
  }

  /** Nothing follows: what is held back goes out, and the recording is closed. Who comes then is still shown the last screen, until `close`. */
  async end(end: TerminalEnding, recording: "sealed" | "interrupted"): Promise<StreamEnd> {
    this.#take();
    this.#output.end();
    const shown = this.#viewers.end();
    const recorded = await this.#recorder.end(end, recording);
    await shown;
    return { ...recorded, ...this.#size };
  }

  #take(): void {
    // From within: what has come meanwhile follows what is being taken on.
    if (this.#pushing) return;
    clearTimeout(this.#taking);
    this.#taking = undefined;
    if (this.#came.length === 0) return;
    this.#taken = performance.now();
    const came = this.#came;
    this.#came = this.#other;
    this.#other = came;
    this.#pushing = true;
    try {
      this.#output.push(came.view());
    } finally {
      this.#pushing = false;
      came.clear();
    }
    if (this.#came.length > 0) this.#taking ??= setTimeout(() => this.#take(), TOGETHER.ms);
  }

  #shown(bytes: Uint8Array): void {
    // In pieces: what is owed to those who watch is kept for them, however much comes at once.
    for (let at = 0; at < bytes.byteLength; at += TOGETHER.bytes) {
      const piece = bytes.subarray(at, at + TOGETHER.bytes);
      this.#ring.append(piece);
      this.#viewers.output(piece);
    }
    if (!this.#mirror.write(bytes)) this.#pressed("mirror", true);
    this.#recorder.output(bytes);
  }

  /** What stands for a screen that cannot be drawn: it says so, and what is sent behind it is what came last. */
  #undrawn(): Picture {
    const { end, oldest, oldestEvent } = this.#ring;
    const least = Math.max(oldest, end - UNDRAWN_BYTES);
    const since = this.#ring.since(least, Infinity);
    // From the beginning of a line, where there is one: in the middle of one may be the middle of a sequence.
    const feed = least > 0 && since.kind !== "gone" ? since.bytes.indexOf(0x0a) + 1 : 0;
    const offset = least + feed;
    return { ...this.#size, offset, lines: 0, bytes: UNDRAWN, nextEvent: offset === oldest ? oldestEvent : 0 };
  }

  /** The target waits as long as anybody it waits for is behind. */
  #pressed(who: "driver" | "mirror" | "recorder", behind: boolean): void {
    const before = this.#pressing.size > 0;
    if (behind) this.#pressing.add(who);
    else this.#pressing.delete(who);
    const now = this.#pressing.size > 0;
    if (now !== before) this.#listener.pressure(now);
  }

  /** Told where it has its place: behind what was drawn for the old size. */
  #resized(size: SizeEvent): void {
    this.#mirror.resize(size, this.#ring.note(size).number + 1);
    this.#recorder.resize(size);
    this.#viewers.size(size);
  }

  /** What the program says of itself, and what was put in between its output. */
  #noted(note: TerminalNote | SizeEvent | CommandEvent): void {
    if ("command" in note) this.#recorder.command(note.command);
    else if ("columns" in note) this.#resized(note);
    else if (note.kind === "title") this.#listener.title(note.title);
  }
}

interface StreamsParts {
  db: Db;
  policy: Pick<PolicyFile, "current">;
  timeline: Timeline;
  /** Where pieces of recordings go; absent: into the database. */
  objects: ChunkObjects | undefined;
  log: Log;
}

/** Makes the streams of terminals, which share the worker that mirrors their screens, and the way of their recordings' hashes into the log. */
export class TerminalStreams {
  readonly #parts: StreamsParts;
  readonly #mirrors: Mirrors;
  readonly #chains: RecordingChains;

  constructor(parts: StreamsParts) {
    this.#parts = parts;
    this.#mirrors = new Mirrors(parts.log);
    this.#chains = new RecordingChains(parts.db, parts.log);
  }

  open({ id, roomId, name }: { id: string; roomId: string; name: string }, size: TerminalSize): TerminalStream {
    const { policy, log, db, timeline, objects } = this.#parts;
    const { detectors } = maskRules(policy.current);
    return new TerminalStream(size, {
      detectors,
      mirror: (drained) => this.#mirrors.open(id, size, drained),
      recorder: new Recorder({
        db,
        timeline,
        store: new RecordingStore(db, id, objects),
        chains: this.#chains,
        terminalId: id,
        roomId,
        name,
        size,
        detectors,
        log,
      }),
      log,
    });
  }

  /** Closes the recording of one that was cut off, where its last piece can be read, and tells what is stored of it. */
  async interrupted({ id, columns, rows }: TerminalRow): Promise<StreamEnd> {
    const { db, objects, log } = this.#parts;
    try {
      const { chunks } = await recordedSoFar(db, id);
      const store = new RecordingStore(db, id, objects);
      if (chunks > 0) await interrupt(store, id, chunks - 1, log);
    } catch (error) {
      log.error({ err: error, terminalId: id }, "the recording of a terminal that was cut off could not be closed");
    }
    return { ...(await recordedSoFar(this.#parts.db, id)), recording: "interrupted", columns, rows };
  }

  stop(): Promise<void> {
    return this.#mirrors.stop();
  }
}

async function interrupt(store: RecordingStore, id: string, newest: number, log: Log): Promise<void> {
  const why = "Interlock was restarted";
  try {
    await interruptCast(store, id, why, { newest, tail: await store.tail() });
  } catch (error) {
    // Its pieces are worth more than what was kept beside them; what only could not be stored now stays as it is.
    if (!(error instanceof CastFault) || error.chunk !== newest + 1) throw error;
    log.error({ err: error, terminalId: id }, "the end of a recording that was cut off could not be read; it is closed without it");
    await interruptCast(store, id, why, { newest });
  }
}
