import { refuse, problem, type Outcome } from "@interlock/protocol";
import type { ResultReader, ResultWriter } from "@interlock/recording";
import type { Logger } from "pino";
import type { RoomSocket } from "../room/room-hub.ts";

/** Ranges one socket may have asked for of one result and not received yet. */
const RANGES = 64;
/** Results one socket may pull at a time. */
const RESULTS = 16;

export interface Pull {
  executionId: string;
  statement: number;
  from: number;
  count: number;
}

interface Range {
  next: number;
  /** Exclusive. */
  end: number;
}

/** What pulls read from: the result on disk, and its writer while there is one. */
export interface Source {
  reader: ResultReader;
  /** Undefined once the result is complete, or will never be. */
  writer(): ResultWriter | undefined;
}

/** The chunks one browser has asked for, sent one after another: as fast as it reads, and never further ahead than the socket lets it be. */
export class Pulls {
  readonly #socket: RoomSocket;
  readonly #open: (executionId: string, statement: number) => Promise<Outcome<Source>>;
  readonly #log: Logger;
  readonly #wanted = new Map<string, Range[]>();

  constructor(socket: RoomSocket, open: (executionId: string, statement: number) => Promise<Outcome<Source>>, log: Logger) {
    this.#socket = socket;
    this.#open = open;
    this.#log = log;
  }

  add({ executionId, statement, from, count }: Pull): void {
    const key = keyOf(executionId, statement);
    const ranges = this.#wanted.get(key);
    if (ranges === undefined && this.#wanted.size >= RESULTS)
      return this.#tell(refuse("too_many_requests", `At most ${RESULTS} results at a time.`));
    if (ranges !== undefined && ranges.length >= RANGES)
      return this.#tell(refuse("too_many_requests", `At most ${RANGES} ranges at a time.`));
    const range = { next: from, end: from + count };
    if (ranges !== undefined) {
      ranges.push(range);
      return;
    }
    const wanted = [range];
    this.#wanted.set(key, wanted);
    void this.#pump(executionId, statement, wanted)
      .catch((error: unknown) => {
        this.#log.error({ err: error, executionId, statement }, "a result could not be sent");
        this.#socket.send({ type: "problem", problem: problem("internal", "A result could not be read.") });
      })
      .finally(() => {
        if (this.#wanted.get(key) === wanted) this.#wanted.delete(key);
      });
  }

  /** What is on its way still arrives; nothing after it does. */
  drop(executionId: string, statement: number): void {
    const key = keyOf(executionId, statement);
    const ranges = this.#wanted.get(key);
    if (ranges === undefined) return;
    ranges.length = 0;
    // A new pull begins its own turn while the old one winds down.
    this.#wanted.delete(key);
  }

  async #pump(executionId: string, statement: number, ranges: Range[]): Promise<void> {
    const opened = await this.#open(executionId, statement);
    if (!opened.ok) return this.#tell(opened);
    const { reader } = opened.value;
    const { closed } = this.#socket;
    const gone = new Promise<void>((resolve) => closed.addEventListener("abort", () => resolve(), { once: true }));
    try {
      while (ranges.length > 0 && !closed.aborted) {
        const writer = opened.value.writer();
        const written = writer?.chunks ?? reader.chunks;
        const range = ranges.find(({ next }) => next < written);
        if (range !== undefined) {
          const lent = writer?.lend(range.next);
          if (lent === undefined && range.next >= reader.chunks) await reader.refresh();
          const frames = lent === undefined ? await reader.frames(range.next, range.end) : [lent.frame];
          for (const frame of frames) {
            if (!ranges.includes(range)) {
              lent?.giveBack();
              break;
            }
            range.next++;
            if (range.next >= range.end) ranges.splice(ranges.indexOf(range), 1);
            await this.#socket.sendBinary(frame, lent?.giveBack);
          }
          continue;
        }
        if (writer !== undefined) {
          // Nothing was awaited since its chunks were counted, so none is missed.
          await Promise.race([writer.changed(), gone]);
          continue;
        }
        const before = reader.chunks;
        await reader.refresh();
        if (reader.chunks === before) return;
      }
    } finally {
      await reader.close();
    }
  }

  #tell(refusal: Outcome<never>): void {
    if (!refusal.ok) this.#socket.send({ type: "problem", problem: problem(refusal.code, refusal.detail) });
  }
}

const keyOf = (executionId: string, statement: number): string => `${executionId}/${statement}`;
