import type { Execution } from "@interlock/protocol";
import type { Logger } from "pino";
import type { Claimed } from "./claim.ts";

/** Milliseconds between two tellings of a run's progress. */
const PROGRESS_MS = 100;
/** Longest time that rows wait for the answer whether somebody may stop them, in milliseconds: a slow one must not hold a run up. */
const HOLD_MS = 250;

/** Whose word ended a run: a person's, or ours because its person may not be here any more or the service stops. */
export type Stop = { by: string } | { why: "revoked" | "stopping" };

/** One run in flight: what it has shown so far, and the way to stop it. */
export class Run {
  readonly #controller = new AbortController();
  readonly #tell: (execution: Execution) => void;
  #timer: NodeJS.Timeout | undefined;
  #told = -Infinity;
  readonly execution: Execution;
  /** A fault on our side that ended the run; it says more than the cancellation it caused. */
  fault: Execution["error"];
  /** Who first asked it to stop, or why the service did. */
  stopped: Stop | undefined;
  /** Rows wait for it: somebody who seems to be allowed to asks the run to stop. */
  held: Promise<void> | undefined;

  constructor(claimed: Claimed, tell: (execution: Execution) => void) {
    this.execution = { id: claimed.executionId, startedAt: claimed.startedAt.toISOString(), affected: [], notices: [], results: [] };
    this.#tell = tell;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  cancel(stop: Stop): void {
    this.stopped ??= stop;
    this.#controller.abort();
  }

  /** Lets rows wait until what comes back is called, or `HOLD_MS` have passed. */
  hold(): () => void {
    if (this.held !== undefined) return () => {};
    const { promise, resolve } = Promise.withResolvers<void>();
    this.held = promise;
    const release = (): void => {
      clearTimeout(timer);
      if (this.held === promise) this.held = undefined;
      resolve();
    };
    const timer = setTimeout(release, HOLD_MS);
    return release;
  }

  /** Tells the room, at most ten times a second. */
  progress(): void {
    // The first word goes out at once: rows are asked for only when it is known that there are some.
    const wait = Math.max(0, this.#told + PROGRESS_MS - performance.now());
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#told = performance.now();
      this.#tell(this.execution);
    }, wait);
  }

  ended(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

interface Entry {
  claimed: Claimed;
  run: Run;
  /** Resolves when the outcome is written and told. */
  done: Promise<void>;
}

/** Everything that runs at this moment, by command id. */
export class Runs {
  readonly #runs = new Map<string, Entry>();
  readonly #tell: (claimed: Claimed, execution: Execution) => void;
  readonly #ended: (claimed: Claimed) => Promise<void>;
  readonly #log: Logger;

  constructor(tell: (claimed: Claimed, execution: Execution) => void, ended: (claimed: Claimed) => Promise<void>, log: Logger) {
    this.#tell = tell;
    this.#ended = ended;
    this.#log = log;
  }

  /** Starts `work` in the background; it owns the run until it settles. */
  begin(claimed: Claimed, work: (run: Run) => Promise<void>): void {
    const run = new Run(claimed, (execution) => this.#tell(claimed, execution));
    const commandId = claimed.row.id;
    const done = work(run)
      .catch((error: unknown) => this.#log.error({ err: error, commandId }, "a run ended without its outcome being written"))
      .then(() => {
        run.ended();
        this.#runs.delete(commandId);
        return this.#ended(claimed);
      })
      .catch((error: unknown) => this.#log.error({ err: error, commandId }, "the room could not be told how a run ended"));
    this.#runs.set(commandId, { claimed, run, done });
  }

  live(commandId: string): Execution | undefined {
    return this.#runs.get(commandId)?.run.execution;
  }

  /** What was claimed for a run; its row's state is the one before it ran. */
  claimed(commandId: string): Claimed | undefined {
    return this.#runs.get(commandId)?.claimed;
  }

  /** Lets the rows of a run wait until what comes back is called. */
  hold(commandId: string): () => void {
    return this.#runs.get(commandId)?.run.hold() ?? (() => {});
  }

  /** False when it does not run here. */
  cancel(commandId: string, by: string): boolean {
    const entry = this.#runs.get(commandId);
    entry?.run.cancel({ by });
    return entry !== undefined;
  }

  /** For whom something runs, with the earliest start. */
  people(): Map<string, Date> {
    const since = new Map<string, Date>();
    for (const { claimed } of this.#runs.values()) {
      const known = since.get(claimed.row.proposerId);
      if (known === undefined || claimed.startedAt < known) since.set(claimed.row.proposerId, claimed.startedAt);
    }
    return since;
  }

  /** Cancels what runs for one person and waits until each outcome is written. */
  cancelOf(proposerId: string): Promise<void> {
    return this.#cancelAll({ why: "revoked" }, ({ claimed }) => claimed.row.proposerId === proposerId);
  }

  /** Cancels everything and waits until each outcome is written. */
  stop(): Promise<void> {
    return this.#cancelAll({ why: "stopping" }, () => true);
  }

  async #cancelAll(stop: Stop, which: (entry: Entry) => boolean): Promise<void> {
    const all = [...this.#runs.values()].filter(which);
    for (const { run } of all) run.cancel(stop);
    await Promise.all(all.map(({ done }) => done));
  }
}
