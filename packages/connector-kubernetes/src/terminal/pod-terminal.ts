import { setTimeout as sleep } from "node:timers/promises";
import { TargetError, type TerminalChannel, type TerminalEnd, type TerminalKill } from "@interlock/connector";
import { endOf, type PodStream } from "./pod-stream.ts";

/** How long a program may take to end by itself once it was asked to, in milliseconds. */
const END_MS = 1_500;

/** How long a program has to see a size, in milliseconds, and how often it is shown two of them while it says nothing. */
const DRAWN = { ms: 100, tries: 10 } as const;

export interface PodTerminalParts {
  stream: PodStream;
  size: { columns: number; rows: number };
  /** What is on its screen was drawn before anybody was there. */
  drawnBefore?: boolean;
  /** Why what is typed reaches nothing. */
  readOnly?: string;
  /** Makes the program end, before the link is closed, and says what was done. Absent: nothing is done but that. */
  ask?: () => Promise<string>;
  /** What may run on once the link is closed and nothing has said that the program has ended. */
  mayStillRun: string;
  /** Whether an exit is the program's own: who joins one is told of the end of the joining only. */
  exits: boolean;
  /** Why it may have ended, as far as the cluster tells. */
  became: () => Promise<string | undefined>;
}

/** A program of a pod as people share it. */
export class PodTerminal implements TerminalChannel {
  readonly readOnly?: string;
  readonly ended: Promise<TerminalEnd>;
  readonly #parts: PodTerminalParts;
  #size: { columns: number; rows: number };
  #heard = false;
  #killed = false;
  /** The link broke, and nobody knows what became of the program. */
  #broke = false;

  constructor(parts: PodTerminalParts) {
    this.#parts = parts;
    if (parts.readOnly !== undefined) this.readOnly = parts.readOnly;
    this.ended = this.#end();
    this.#size = parts.size;
    if (parts.drawnBefore === true) void this.#drawAgain();
    else parts.stream.resize(parts.size.columns, parts.size.rows);
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#parts.stream.onData((bytes) => {
      this.#heard = true;
      listener(bytes);
    });
    this.#parts.stream.resume();
  }

  pause(): void {
    this.#parts.stream.pause();
  }

  resume(): void {
    this.#parts.stream.resume();
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { readOnly, stream } = this.#parts;
    if (readOnly !== undefined) throw new TargetError("bad_request", readOnly);
    await stream.write(bytes);
  }

  resize(columns: number, rows: number): void {
    this.#size = { columns, rows };
    this.#parts.stream.resize(columns, rows);
  }

  async kill(): Promise<TerminalKill> {
    const { stream, ask, mayStillRun } = this.#parts;
    if (stream.over) return { did: "It had ended already.", ...(this.#broke ? { mayStillRun } : {}) };
    this.#killed = true;
    // Until it has ended here, too: what is held back is told.
    stream.resume();
    const over = new AbortController();
    void stream.ended.then(() => over.abort());
    const did = (await ask?.()) ?? "";
    if (did !== "") await sleep(END_MS, undefined, { signal: over.signal }).catch(() => undefined);
    if (stream.over) return { did: did === "" ? "It ended meanwhile." : `${did}; the program ended.`, mayStillRun: LEFT };
    stream.close("it was killed");
    return { did: `${did === "" ? "" : `${did}, `}closed the link.`, mayStillRun };
  }

  /** A program draws its screen again when its size changes, as kubectl makes it; it must have seen the one size before the other comes. */
  async #drawAgain(): Promise<void> {
    const { stream } = this.#parts;
    for (let tries = 0; tries < DRAWN.tries && !stream.over; tries++) {
      stream.resize(this.#size.columns + 1, this.#size.rows);
      await sleep(DRAWN.ms);
      if (stream.over) return;
      stream.resize(this.#size.columns, this.#size.rows);
      await sleep(DRAWN.ms);
      if (this.#heard) return;
    }
  }

  async #end(): Promise<TerminalEnd> {
    const { stream, exits, became } = this.#parts;
    const said = await stream.ended;
    const { exitCode, why, ...rest } = endOf(said);
    const end: TerminalEnd = { ...rest, ...(exits && exitCode !== undefined ? { exitCode } : {}) };
    if (this.#killed) return { ...end, why: "it was killed" };
    // Of an exit by a signal, too: the end of a container takes everything in it along.
    const plain = exits && exitCode !== undefined && exitCode !== KILLED;
    const fate = plain ? undefined : await became();
    this.#broke = "broken" in said && fate === undefined;
    const words = fate ?? why ?? (exits ? undefined : "what it was joined to has closed its output, or the cluster has closed the link");
    return words === undefined ? end : { ...end, why: words };
  }
}

/** What a runtime says of a program that was ended by KILL, as everything in a container is when that ends. */
const KILLED = 137;
const LEFT = "What left the shell's session (nohup, setsid, services it started) may still run in the container.";
