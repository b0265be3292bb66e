import type { Db, Terminal as TerminalRow } from "@interlock/db";
import { maskRules } from "@interlock/policy";
import type { TerminalSize } from "@interlock/protocol";
import { StreamRing, TerminalOutput, type TerminalNote } from "@interlock/terminal";
import type { Log } from "../log.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import { Recorder, recordedSoFar, type Recorded } from "./recorder.ts";
import { Mirrors, type Mirror } from "./mirrors.ts";
import type { TerminalPeer } from "./terminal-socket.ts";
import type { TerminalEnding } from "./terminal-view.ts";
import { Viewers, type SizeEvent } from "./viewers.ts";

/** What is kept of a stream that is over. */
export type StreamEnd = TerminalSize & Recorded;

export interface StreamListener {
  /** Those whom the target waits for cannot keep up (true), or can again. */
  pressure: (high: boolean) => void;
  title: (title: string) => void;
  /** Somebody fell behind, or has caught up. */
  behind: () => void;
  /** What is shown cannot be recorded any more. */
  unrecorded: (why: string) => void;
}

const SILENT: StreamListener = { pressure: () => {}, title: () => {}, behind: () => {}, unrecorded: () => {} };

/**
 * The way of a terminal's output: what it may not say is left out, what is sensitive is masked, and only that is kept, recorded, mirrored and
 * sent (I7). Offsets count those bytes.
 */
export class TerminalStream {
  readonly #output: TerminalOutput<SizeEvent>;
  readonly #ring = new StreamRing<SizeEvent>();
  readonly #mirror: Mirror;
  readonly #recorder: Recorder;
  readonly #viewers: Viewers;
  readonly #pressing = new Set<"driver" | "mirror">();
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
    this.#output = new TerminalOutput<SizeEvent>(
      { ...size, detectors: parts.detectors },
      { bytes: (bytes) => this.#shown(bytes), note: (note) => ("kind" in note ? this.#said(note) : this.#resized(note)) },
    );
    this.#viewers = new Viewers({
      ring: this.#ring,
      picture: () => this.#mirror.picture(),
      on: { pressure: (high) => this.#pressed("driver", high), behind: () => this.#listener.behind() },
      log: parts.log,
    });
  }

  on(listener: StreamListener): void {
    this.#listener = listener;
  }

  /** From the target, as it comes. */
  push(bytes: Uint8Array): void {
    this.#output.push(bytes);
  }

  /** What the driver types, just before it is sent: its echo is theirs to see. */
  typed(bytes: Uint8Array): void {
    this.#output.typed(bytes);
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#output.resize(size.columns, size.rows, size);
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

  /** Nothing follows: what is held back goes out, and the recording is closed. */
  async end(end: TerminalEnding, recording: "sealed" | "interrupted"): Promise<StreamEnd> {
    this.#output.end();
    this.#viewers.end();
    this.#mirror.close();
    return { ...(await this.#recorder.end(end, recording)), ...this.#size };
  }

  #shown(bytes: Uint8Array): void {
    this.#ring.append(bytes);
    this.#viewers.output(bytes);
    if (!this.#mirror.write(bytes)) this.#pressed("mirror", true);
    this.#recorder.output(bytes);
  }

  /** The target waits as long as anybody it waits for is behind. */
  #pressed(who: "driver" | "mirror", behind: boolean): void {
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

  /** What the program says of itself. */
  #said(note: TerminalNote): void {
    if (note.kind === "title") this.#listener.title(note.title);
  }
}

interface StreamsParts {
  db: Db;
  policy: Pick<PolicyFile, "current">;
  log: Log;
}

/** Makes the streams of terminals, which share the worker that mirrors their screens. */
export class TerminalStreams {
  readonly #parts: StreamsParts;
  readonly #mirrors: Mirrors;

  constructor(parts: StreamsParts) {
    this.#parts = parts;
    this.#mirrors = new Mirrors(parts.log);
  }

  open({ id, roomId, name }: { id: string; roomId: string; name: string }, size: TerminalSize): TerminalStream {
    const { db, policy, log } = this.#parts;
    return new TerminalStream(size, {
      detectors: maskRules(policy.current).detectors,
      mirror: (drained) => this.#mirrors.open(id, size, drained),
      recorder: new Recorder({ db, terminalId: id, roomId, size, title: name, log }),
      log,
    });
  }

  /** What is stored of one that was cut off. */
  async interrupted({ id, columns, rows }: TerminalRow): Promise<StreamEnd> {
    return { ...(await recordedSoFar(this.#parts.db, id)), recording: "interrupted", columns, rows };
  }

  stop(): Promise<void> {
    return this.#mirrors.stop();
  }
}
