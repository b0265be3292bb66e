import { appendAudit, type Db } from "@interlock/db";
import type { Terminal, TerminalSize } from "@interlock/protocol";
import { CHAIN_START, CastWriter, type CastChunk } from "@interlock/recording";
import type { Log } from "../log.ts";
import { RecordingStore } from "./recording-store.ts";
import type { TerminalEnding } from "./terminal-view.ts";

/** What there is of a recording. */
export interface Recorded {
  recording: Terminal["recording"];
  /** Pieces of it, bytes of them, and the hash over all of them. */
  chunks: number;
  bytes: number;
  hash: string;
}

interface RecorderParts {
  db: Db;
  terminalId: string;
  roomId: string;
  size: TerminalSize;
  title: string;
  log: Log;
}

/** How often the hash over what is stored goes into the audit log, in milliseconds; the last one does in any case. */
const CHAINED_MS = 10_000;

/** Writes what a terminal shows, as it is shown. What is stored survives the process; of what is not yet, at most a second's worth is lost. */
export class Recorder {
  readonly #parts: RecorderParts;
  readonly #writer: CastWriter;
  #chunks = 0;
  #bytes = 0;
  #hash = CHAIN_START;
  #chainedAt = performance.now();
  #chaining: Promise<void> = Promise.resolve();
  #failure: string | undefined;
  #failed: (why: string) => void = () => {};

  constructor(parts: RecorderParts) {
    this.#parts = parts;
    const { db, terminalId, size, title } = parts;
    this.#writer = new CastWriter({
      recording: terminalId,
      header: { ...size, timestamp: Math.round(Date.now() / 1000), title, type: "xterm-256color" },
      store: new RecordingStore(db, terminalId),
      stored: (chunk) => this.#stored(chunk),
      failed: (error) => this.#broke(error),
    });
  }

  /** Told once: nothing is recorded from then on. */
  onFailure(listener: (why: string) => void): void {
    this.#failed = listener;
  }

  output(bytes: Uint8Array): void {
    this.#writer.output(bytes);
  }

  resize({ columns, rows }: TerminalSize): void {
    this.#writer.resize(columns, rows);
  }

  /** Resolves once all of it is stored, or cannot be. */
  async end(end: TerminalEnding, how: "sealed" | "interrupted"): Promise<Recorded> {
    try {
      if (how === "sealed") await this.#writer.seal(end.exitCode === undefined ? {} : { code: end.exitCode });
      else await this.#writer.interrupt(end.why ?? "interrupted");
    } catch (error) {
      this.#broke(error);
    }
    await this.#chaining;
    return { recording: this.#failure === undefined ? how : "failed", chunks: this.#chunks, bytes: this.#bytes, hash: this.#hash };
  }

  #stored({ number, content, chain }: CastChunk): void {
    this.#chunks = number + 1;
    this.#bytes += content.byteLength;
    this.#hash = chain;
    if (performance.now() - this.#chainedAt < CHAINED_MS) return;
    this.#chainedAt = performance.now();
    const { db, terminalId, roomId, log } = this.#parts;
    const data = { terminalId, chunk: number, chain };
    this.#chaining = db
      .$transaction((tx) => appendAudit(tx, { type: "recording.chained", actor: "system", roomId, data }))
      .then(
        () => undefined,
        (error: unknown) => log.error({ err: error, terminalId }, "a recording could not be chained into the audit log"),
      );
  }

  #broke(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error instanceof Error ? error.message : String(error);
    this.#parts.log.error({ err: error, terminalId: this.#parts.terminalId }, "a terminal cannot be recorded any more");
    this.#failed("its recording could not be stored");
  }
}

/** What is stored of a recording that broke off. */
export async function recordedSoFar(db: Db, terminalId: string): Promise<Omit<Recorded, "recording">> {
  const last = await db.recordingChunk.findFirst({
    where: { terminalId },
    orderBy: { number: "desc" },
    select: { number: true, chain: true },
  });
  const [size] = await db.$queryRaw<{ bytes: bigint | null }[]>`
    SELECT sum(octet_length(content)) AS bytes FROM "RecordingChunk" WHERE "terminalId" = ${terminalId}::uuid`;
  return { chunks: last === null ? 0 : last.number + 1, bytes: Number(size?.bytes ?? 0), hash: last?.chain ?? CHAIN_START };
}
