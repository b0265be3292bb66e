import { appendAudit, type Db } from "@interlock/db";
import type { Terminal, TerminalSize } from "@interlock/protocol";
import { CHAIN_START, CastWriter, type CastChunk, type ChunkStore, type CommandMark } from "@interlock/recording";
import type { Log } from "../log.ts";
import { StorageFault } from "../recordings/chunk-objects.ts";
import type { Timeline } from "../timeline.ts";
import { RecordedEcho } from "./recorded-echo.ts";
import type { RecordingChains } from "./recording-chains.ts";
import type { TerminalEnding } from "./terminal-view.ts";

/** What there is of a recording. */
export interface Recorded {
  recording: Terminal["recording"];
  /** Pieces of it, bytes of them, and the hash over all of them. */
  chunks: number;
  bytes: number;
  hash: string;
}

export interface RecorderParts {
  db: Db;
  timeline: Timeline;
  /** Where its pieces go, and where the hash over them. */
  store: ChunkStore;
  chains: RecordingChains;
  terminalId: string;
  roomId: string;
  name: string;
  size: TerminalSize;
  /** What is masked in it, as it is on screens. */
  detectors: readonly string[];
  log: Log;
}

/** Bytes that wait to be stored at which the program waits, too, and at which it goes on. */
const WAITING = { high: 4 * 1024 * 1024, low: 3 * 1024 * 1024 };

/** Writes what a terminal shows, as it is shown. What is stored survives the process; of what is not yet, at most a second's worth is lost. */
export class Recorder {
  readonly #parts: RecorderParts;
  readonly #writer: CastWriter;
  readonly #echo: RecordedEcho;
  #chunks = 0;
  #bytes = 0;
  #hash = CHAIN_START;
  #failure: string | undefined;
  #telling: Promise<void> = Promise.resolve();
  #failed: (why: string) => void = () => {};
  #behind = false;
  #pressed: (behind: boolean) => void = () => {};

  constructor(parts: RecorderParts) {
    this.#parts = parts;
    const { terminalId, size, name, store, detectors } = parts;
    this.#writer = new CastWriter({
      recording: terminalId,
      header: { ...size, timestamp: Math.round(Date.now() / 1000), title: name, type: "xterm-256color" },
      store,
      held: () => this.#echo.held(),
      stored: (chunk) => this.#stored(chunk),
      failed: (error) => this.#broke(error),
    });
    this.#echo = new RecordedEcho({
      columns: size.columns,
      detectors,
      write: (bytes, shown) => this.#write(bytes, shown),
      keep: () => this.#writer.keep(),
    });
  }

  /** Told once: nothing is recorded from then on. */
  onFailure(listener: (why: string) => void): void {
    this.#failed = listener;
  }

  /** Told when its storage cannot keep up (true), and when it can again. */
  onPressure(listener: (behind: boolean) => void): void {
    this.#pressed = listener;
  }

  /** The driver types: what is echoed of it is shown as it is, and recorded masked. */
  typed(): void {
    this.#echo.typed();
  }

  output(bytes: Uint8Array): void {
    this.#echo.output(bytes);
  }

  resize({ columns, rows }: TerminalSize): void {
    // What was shown before it was drawn for the old size.
    this.#echo.settle();
    this.#echo.resize(columns);
    this.#writer.resize(columns, rows);
  }

  /** What the shell tells of its commands; their text is masked already. */
  command(mark: Omit<CommandMark, "offset">): void {
    this.#echo.settle();
    this.#writer.command(mark);
  }

  /** Resolves once all of it is stored, or cannot be. */
  async end(end: TerminalEnding, how: "sealed" | "interrupted"): Promise<Recorded> {
    this.#echo.end();
    try {
      if (how === "sealed") await this.#writer.seal(end.exitCode === undefined ? {} : { code: end.exitCode });
      else await this.#writer.interrupt(end.why ?? "interrupted");
    } catch (error) {
      this.#broke(error);
    }
    // Its last pieces are in the event that says how it ended.
    await this.#parts.chains.ended(this.#parts.terminalId);
    await this.#telling;
    return { recording: this.#failure === undefined ? how : "failed", chunks: this.#chunks, bytes: this.#bytes, hash: this.#hash };
  }

  #write(bytes: Uint8Array, shown?: number): void {
    this.#writer.output(bytes, shown);
    if (!this.#behind && this.#failure === undefined && this.#writer.waiting > WAITING.high) this.#press(true);
  }

  #press(behind: boolean): void {
    this.#behind = behind;
    this.#pressed(behind);
  }

  #stored({ number, content, chain }: CastChunk): void {
    this.#chunks = number + 1;
    this.#bytes += content.byteLength;
    this.#hash = chain;
    if (this.#behind && this.#writer.waiting < WAITING.low) this.#press(false);
    const { chains, terminalId, roomId } = this.#parts;
    chains.stored({ terminalId, roomId, chunk: number, chain });
  }

  #broke(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = whyNotStored(error);
    const { db, timeline, terminalId, name, roomId, log } = this.#parts;
    log.error({ err: error, terminalId }, "a terminal cannot be recorded any more");
    if (this.#behind) this.#press(false);
    const data = { terminalId, name, why: this.#failure, chunks: this.#chunks };
    this.#telling = db
      .$transaction((tx) => appendAudit(tx, { type: "recording.failed", actor: "system", roomId, data }))
      .then((event) => timeline.publish(event))
      .catch((fault: unknown) =>
        log.error({ err: fault, terminalId }, "that a terminal is not recorded could not be written to the audit log"),
      );
    this.#failed(this.#failure);
  }
}

/** What people read of a fault of the storage: where it is, and what to look at. Errors of the database may hold what was to be stored. */
export function whyNotStored(error: unknown): string {
  if (error instanceof StorageFault) return error.message;
  const code = /^(?:53100|53200|53300|25006|57P0[123])$/.exec(databaseCode(error))?.[0];
  if (code === "53100") return "the disk of Interlock's database is full";
  return `Interlock's database did not take it${code === undefined ? "" : ` (${code})`}`;
}

/** The SQLSTATE, where the driver tells it. */
function databaseCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** What is stored of a recording that broke off. */
export async function recordedSoFar(db: Db, terminalId: string): Promise<Omit<Recorded, "recording">> {
  const last = await db.recordingChunk.findFirst({
    where: { terminalId },
    orderBy: { number: "desc" },
    select: { number: true, chain: true },
  });
  const { _sum: sum } = await db.recordingChunk.aggregate({ where: { terminalId }, _sum: { bytes: true } });
  return { chunks: last === null ? 0 : last.number + 1, bytes: sum.bytes ?? 0, hash: last?.chain ?? CHAIN_START };
}
