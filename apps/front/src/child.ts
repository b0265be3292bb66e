import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;
/** A child that ran this long is taken for healthy, and its next crash is answered at once. */
const HEALTHY_MS = 30_000;
const READY_MS = 60_000;

export interface ChildOptions {
  name: string;
  /** Arguments of our own Node. */
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Resolves with the child's port once it can serve. `said` hands it the child's IPC messages. */
  ready: (child: ChildProcess, signal: AbortSignal) => Promise<number>;
  log: (line: string) => void;
  /** A crash is not answered by a restart but told here, once: what the child held in memory is gone. */
  lost?: () => void;
  /** Gives up a start that is under way. */
  signal: AbortSignal;
}

export interface Child {
  /** Undefined while it is down. */
  readonly port: number | undefined;
  readonly pid: number | undefined;
  /** Asks it to end and resolves when it has; kills it after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** Starts a child and keeps it running: a crash later is answered by a restart with back-off, or told to `lost`. Rejects when the very first start fails. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const supervisor = new Supervisor(options);
  await supervisor.begin();
  return supervisor;
}

class Supervisor implements Child {
  port: number | undefined;
  readonly #options: ChildOptions;
  readonly #stopping = new AbortController();
  #process: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #recent: string[] = [];

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async begin(): Promise<void> {
    try {
      await this.#launch();
    } catch (cause) {
      await this.stop(0);
      throw new Error(`The ${this.#options.name} did not start: ${reasonOf(this.#recent) ?? (cause as Error).message}`, {
        cause,
      });
    }
    void this.#keep();
  }

  async #launch(): Promise<void> {
    const { args, cwd, env, log, ready, signal } = this.#options;
    signal.throwIfAborted();
    // The IPC channel is also a leash: the child ends itself when we are gone, however we went.
    const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "pipe", "ipc"] });
    this.#process = child;
    this.#recent = [];
    for (const stream of [child.stdout, child.stderr])
      if (stream)
        createInterface({ input: stream }).on("line", (line) => {
          this.#recent.push(line);
          if (this.#recent.length > 20) this.#recent.shift();
          log(line);
        });
    const ended = new AbortController();
    this.#exited = new Promise((done) => {
      child.once("error", (error) => log(error.message));
      child.once("close", (code, signal) => {
        this.port = undefined;
        log(`ended (${signal ?? code})`);
        ended.abort(new Error(`it ended (${signal ?? code}) before it was ready`));
        done();
      });
    });
    this.port = await ready(child, AbortSignal.any([signal, ended.signal, AbortSignal.timeout(READY_MS)]));
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    for (let wait = FIRST_WAIT_MS; !signal.aborted;) {
      const started = performance.now();
      await this.#exited;
      if (signal.aborted) return;
      if (this.#options.lost) return this.#options.lost();
      if (performance.now() - started > HEALTHY_MS) wait = FIRST_WAIT_MS;
      await sleep(wait, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      await this.#launch().catch((error: Error) => {
        this.#options.log(`restart failed: ${error.message}`);
        this.#process?.kill("SIGKILL");
      });
    }
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    this.port = undefined;
    if (!this.#process || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill("SIGTERM");
    const killing = setTimeout(() => this.#process?.kill("SIGKILL"), graceMs);
    await this.#exited;
    clearTimeout(killing);
  }
}

/** Why a child ended, from what it said last: the message of the fault it logged as JSON, else its last lines. */
export function reasonOf(lines: readonly string[]): string | undefined {
  const faults = lines.flatMap((line) => {
    try {
      const said = JSON.parse(line) as { err?: { message?: unknown } } | null;
      return typeof said?.err?.message === "string" ? [said.err.message] : [];
    } catch {
      // Not every line is of a log.
      return [];
    }
  });
  return faults.at(-1) ?? (lines.length > 0 ? lines.slice(-8).join("\n") : undefined);
}
