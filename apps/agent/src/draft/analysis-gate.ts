import { setTimeout as pause } from "node:timers/promises";

/** Analyses at one target at a time, and how many may begin in a second. */
const AT_ONCE = 4;
const PER_SECOND = 20;

/** Keeps live analysis from becoming a load of its own on one target: so many at once, so many a second, the rest wait in order. */
export class AnalysisGate {
  readonly #atOnce: number;
  #running = 0;
  #waiting: (() => void)[] = [];
  #begun: number[] = [];

  constructor(atOnce = AT_ONCE) {
    this.#atOnce = atOnce;
  }

  /** Runs `work` when it is its turn; rejects without running it when `signal` aborts first. */
  async through<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnce) await this.#turn(signal);
    else this.#running++;
    try {
      signal.throwIfAborted();
      await this.#pace(signal);
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((one) => one !== turn);
        reject(signal.reason as Error);
      };
      const turn = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(turn);
    });
  }

  async #pace(signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = performance.now();
      this.#begun = this.#begun.filter((at) => now - at < 1000);
      const [oldest] = this.#begun;
      if (this.#begun.length < PER_SECOND || oldest === undefined) {
        this.#begun.push(now);
        return;
      }
      await pause(1000 - (now - oldest), undefined, { signal });
    }
  }
}
