import { appendAudits, type Db } from "@interlock/db";
import type { Log } from "../log.ts";

/** The chain of the newest piece that is stored of a recording. */
export interface ChainNews {
  terminalId: string;
  roomId: string;
  /** Number of the piece. */
  chunk: number;
  /** Stands for it and all before it. */
  chain: string;
}

/** Shortest time between two writes, in milliseconds. All recordings share them: the log's head is one, and commands wait for it as well. */
const EVERY_MS = 1_000;

/**
 * Brings the chains of recordings into the audit log, as their pieces are stored: at once where nothing was written for a second, else with the
 * next write, so that in a flood one link stands for the pieces of a second. What could not be written is tried again with the next.
 */
export class RecordingChains {
  readonly #db: Db;
  readonly #log: Log;
  readonly #news = new Map<string, ChainNews>();
  #resting = false;
  #writing: Promise<void> = Promise.resolve();
  #failing = false;

  constructor(db: Db, log: Log) {
    this.#db = db;
    this.#log = log;
  }

  stored(news: ChainNews): void {
    this.#news.set(news.terminalId, news);
    if (!this.#resting) this.#next();
  }

  /** Nothing more of this one: its end is in another event. Resolves once none of it is on its way any more. */
  async ended(terminalId: string): Promise<void> {
    this.#news.delete(terminalId);
    await this.#writing;
    this.#news.delete(terminalId);
  }

  #next(): void {
    if (this.#news.size === 0) return;
    this.#resting = true;
    this.#writing = this.#write().then(() => {
      setTimeout(() => {
        this.#resting = false;
        this.#next();
      }, EVERY_MS).unref();
    });
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    const all = [...this.#news.values()];
    this.#news.clear();
    const events = all.map(({ roomId, ...data }) => ({ type: "recording.chained" as const, actor: "system", roomId, data }));
    try {
      await this.#db.$transaction((tx) => appendAudits(tx, events));
      this.#failing = false;
    } catch (error) {
      // Said once: it is tried again every second.
      if (!this.#failing) this.#log.error({ err: error }, "recordings could not be chained into the audit log; it is tried again");
      this.#failing = true;
      for (const news of all) if (!this.#news.has(news.terminalId)) this.#news.set(news.terminalId, news);
    }
  }
}
