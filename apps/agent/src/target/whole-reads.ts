import { TargetError } from "@interlock/connector";
import { AnalysisGate } from "../draft/analysis-gate.ts";

/** Readings of one whole target at a time. */
const AT_ONCE = 2;
/** Readings that are kept; one of a large target takes some ten megabytes. */
const KEPT = 8;

export interface WholeRead<T> {
  /** What is read, apart from whoever asks: those who ask for the same share it. */
  what: string;
  /** Longest that it may wait for its turn, and then take, in milliseconds. */
  limitMs: number;
  /** One that ended so long ago does as well, in milliseconds. Default: only one that is under way. */
  freshMs?: number;
  /** How long it is kept for those who come later, in milliseconds. Default: `freshMs`. */
  keptMs?: number;
  read(signal: AbortSignal): Promise<T>;
}

interface Reading {
  value: Promise<unknown>;
  /** When it began, by `performance.now()`. */
  began: number;
  /** When it was done, by `performance.now()`; undefined while it is under way. */
  done?: number;
}

/**
 * Keeps what reads a target whole from becoming a load of its own on it: whoever asks for what is being read joins, and of different things
 * few are read at once. However many people ask however often, and whatever they make of it, a target is asked for the same once.
 */
export class WholeReads {
  readonly #gates = new Map<string, AnalysisGate>();
  readonly #readings = new Map<string, Reading>();
  readonly #changed = new Map<string, number>();

  /** Rejects as `read` does, and with `analysis_timeout` when it took too long or its turn did not come. */
  async of<T>(connectionId: string, { what, limitMs, freshMs = 0, keptMs = freshMs, read }: WholeRead<T>): Promise<T> {
    const key = `${connectionId} ${what}`;
    const known = this.#readings.get(key);
    const changed = this.changedAt(connectionId);
    if (known !== undefined && known.began > changed && (known.done === undefined || performance.now() - known.done < freshMs))
      return known.value as Promise<T>;
    const began = performance.now();
    const value = this.#read(connectionId, limitMs, read);
    const reading: Reading = { value, began };
    this.#readings.set(key, reading);
    try {
      await value;
      reading.done = performance.now();
      if (keptMs === 0) this.#forget(key, reading);
      else setTimeout(() => this.#forget(key, reading), keptMs).unref();
      this.#shed();
    } catch {
      // A failure is not told again: the target may be back.
      this.#forget(key, reading);
    }
    return value;
  }

  /** Something was written to this target: what was read before, or is being read, is of earlier. */
  changed(connectionId: string): void {
    this.#changed.set(connectionId, performance.now());
  }

  /** When something was last written to it from here, by `performance.now()`; -1 for never. */
  changedAt(connectionId: string): number {
    return this.#changed.get(connectionId) ?? -1;
  }

  async #read<T>(connectionId: string, limitMs: number, read: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const gate = this.#gates.get(connectionId) ?? new AnalysisGate(AT_ONCE);
    this.#gates.set(connectionId, gate);
    const turn = AbortSignal.timeout(limitMs);
    let signal: AbortSignal | undefined;
    try {
      return await gate.through(turn, () => read((signal = AbortSignal.timeout(limitMs))));
    } catch (error) {
      const seconds = `${limitMs / 1000} s`;
      // Whatever a request says that was ended so.
      if (signal?.aborted === true) throw new TargetError("analysis_timeout", `The target did not answer within ${seconds}.`);
      if (signal === undefined && turn.aborted)
        throw new TargetError("analysis_timeout", `Others are reading this target; no turn came within ${seconds}.`);
      throw error;
    }
  }

  #forget(key: string, reading: Reading): void {
    if (this.#readings.get(key) === reading) this.#readings.delete(key);
  }

  /** The oldest of those that are done. */
  #shed(): void {
    const done = [...this.#readings].filter(([, one]) => one.done !== undefined).toSorted(([, a], [, b]) => a.done! - b.done!);
    for (const [key] of done.slice(0, Math.max(0, done.length - KEPT))) this.#readings.delete(key);
  }
}
