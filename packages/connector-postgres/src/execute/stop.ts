import { TargetError } from "@interlock/connector";
import type { Session } from "./session.ts";

/** How long the server may take to obey a cancel request before its connection is dropped. */
const OBEY_MS = 5_000;
/** A cancel request that reaches the server between two statements is lost on it, so it is repeated until the run is over. */
const REPEAT_MS = 50;

/**
 * The one way a run is stopped before its end: by the caller's signal or by the statement's own clock. The clock is ours as well as the
 * server's, because a text can set statement_timeout.
 */
export class Stop {
  readonly #session: Session;
  readonly #signal: AbortSignal;
  readonly #pending = Promise.withResolvers<never>();
  readonly #onAbort = (): void => this.#stop(new TargetError("cancelled", "the command was cancelled while it ran"));
  #clock: NodeJS.Timeout | undefined;
  #obey: NodeJS.Timeout | undefined;
  #done = false;
  #asking = false;
  reason: TargetError | undefined;

  constructor(session: Session, signal: AbortSignal) {
    this.#session = session;
    this.#signal = signal;
    this.#pending.promise.catch(() => {}); // nobody may be waiting when it comes; `reason` says it as well
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Rejects with the reason, as soon as the server has taken the request, and at once when it takes its time. */
  get promise(): Promise<never> {
    return this.#pending.promise;
  }

  /** The server is being asked; until then whatever comes can wait, so that the request is not behind it. */
  get asking(): boolean {
    return this.#asking;
  }

  throwIfStopped(): void {
    if (this.reason !== undefined) throw this.reason;
  }

  /** Gives the statement that begins now `ms` milliseconds. */
  startClock(ms: number): void {
    clearTimeout(this.#clock);
    this.#clock = setTimeout(() => this.#stop(new TargetError("statement_timeout", `the statement took longer than ${ms} ms`)), ms);
  }

  /** From here on nothing stops the run any more: its COMMIT is on the way, or it is over. */
  release(): void {
    this.#done = true;
    clearTimeout(this.#clock);
    clearInterval(this.#obey);
    // Nobody is to wait for an answer that the end of the run has overtaken.
    if (this.reason !== undefined) this.#asked(this.reason);
    this.#signal.removeEventListener("abort", this.#onAbort);
  }

  #stop(reason: TargetError): void {
    if (this.#done || this.reason !== undefined) return;
    this.reason = reason;
    const asked = performance.now();
    this.#asking = true;
    void this.#ask().then(() => this.#asked(reason));
    this.#obey = setInterval(() => {
      this.#asked(reason);
      if (performance.now() - asked > OBEY_MS) this.#session.destroy("the target did not obey a cancel request");
      else void this.#ask();
    }, REPEAT_MS);
  }

  #asked(reason: TargetError): void {
    this.#asking = false;
    this.#pending.reject(reason);
  }

  #ask(): Promise<void> {
    return this.#session.cancel().catch(() => {
      if (!this.#done) this.#session.destroy("the target took no cancel request");
    });
  }
}
