import { setTimeout as sleep } from "node:timers/promises";
import { TargetError, type TerminalChannel, type TerminalEnd, type TerminalKill, type TerminalRequest } from "@interlock/connector";
import type { PseudoTtyOptions } from "ssh2";
import { Backlog } from "./backlog.ts";
import { exitOf, type ExitArguments } from "./exit.ts";
import { openFlow, type Flow } from "./flow.ts";
import { openLink, type Link, type LinkOptions } from "./link.ts";
import { quoted } from "./quoting.ts";

/** Bytes a shell may be ahead of whoever reads it: what is still to come after it was told to stop. A quarter is given back at a time. */
const WINDOW = 64 * 1024;
/** How long a shell may take to end after a signal before it gets the next one, in milliseconds. */
const HANG_UP_MS = 400;
const KILL_MS = 200;
/** Opcodes of RFC 4254, section 8: input is UTF-8 (RFC 8160), so that erasing takes whole characters; the end. */
const MODES = Buffer.from([42, 0, 0, 0, 1, 0]);

/** Opens a shell, or a program, on a connection of its own: what happens to one terminal happens to no other. */
export async function openTerminal(options: LinkOptions, request: TerminalRequest, signal: AbortSignal): Promise<TerminalChannel> {
  const { program, columns, rows } = request;
  if (program?.pod !== undefined) throw new TargetError("bad_request", "A host has no pods.");
  const link = await openLink(options, signal);
  try {
    const screen = { term: "xterm-256color", cols: columns, rows, width: 0, height: 0, modes: MODES } as unknown as PseudoTtyOptions;
    const env = { ...request.environment } as NodeJS.ProcessEnv;
    const argv = program?.argv;
    const flow = await openFlow(link, WINDOW, signal, (done) => {
      if (argv === undefined) link.client.shell(screen, { env }, done);
      else link.client.exec(argv.map(quoted).join(" "), { env, pty: screen }, done);
    });
    return new SshTerminal(link, flow);
  } catch (error) {
    link.close();
    if (signal.aborted) throw new TargetError("cancelled", "It was cancelled while the terminal was being opened.");
    throw new TargetError("target_down", `The host opens no terminal: ${link.broken ?? (error as Error).message}.`, { cause: error });
  }
}

class SshTerminal implements TerminalChannel {
  readonly ended: Promise<TerminalEnd>;
  readonly #link: Link;
  readonly #flow: Flow;
  /** Bytes that were not told yet. */
  readonly #waiting = new Backlog();
  /** Those whose bytes the target has not taken. */
  readonly #writing = new Set<(error: TargetError) => void>();
  #listener: ((bytes: Uint8Array) => void) | undefined;
  #paused = false;
  #closed = false;
  #killed = false;
  #told: () => void = () => {};
  /** Called once the target has closed it. */
  #gone: () => void = () => {};

  constructor(link: Link, flow: Flow) {
    this.#link = link;
    this.#flow = flow;
    const { channel } = flow;
    channel.on("data", (bytes: Buffer) => this.#came(bytes));
    channel.stderr.on("data", (bytes: Buffer) => this.#came(bytes));
    this.ended = new Promise((resolve) => {
      channel.once("close", (...exit: ExitArguments) => {
        const end: TerminalEnd = exitOf(exit);
        const why = this.#killed
          ? "it was killed"
          : (link.broken ?? (end.exitCode === undefined && end.signal === undefined ? "the host closed it" : undefined));
        if (why !== undefined) end.why = why;
        this.#closed = true;
        this.#gone();
        link.close();
        for (const fail of this.#writing) fail(this.#over());
        // Nobody is made to wait any more, so what was held back is told; it is no more than two windows.
        this.#told = () => resolve(end);
        this.#tell();
      });
    });
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
    this.#tell();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#tell();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#closed) throw this.#over();
    await new Promise<void>((resolve, reject) => {
      this.#writing.add(reject);
      // The library keeps the bytes until the target takes them.
      this.#flow.channel.write(Buffer.from(bytes), (error) => {
        this.#writing.delete(reject);
        if (error) reject(this.#over());
        else resolve();
      });
    });
  }

  resize(columns: number, rows: number): void {
    if (!this.#closed) this.#flow.channel.setWindow(rows, columns, 0, 0);
  }

  async kill(): Promise<TerminalKill> {
    if (this.#closed)
      return this.#link.broken === undefined
        ? { did: "It had ended already." }
        : {
            did: "The connection was broken already.",
            mayStillRun: "What ran in it may run on until the host notices that the connection is gone.",
          };
    this.#killed = true;
    const sent: string[] = [];
    for (const [name, ms] of [
      ["HUP", HANG_UP_MS],
      ["KILL", KILL_MS],
    ] as const) {
      this.#flow.signal(name);
      sent.push(name);
      // Until it has ended here, too: what is held back is told.
      this.resume();
      if (await this.#endsWithin(ms)) return { did: `Sent ${sent.join(" and ")}; the shell ended.`, mayStillRun: DETACHED };
    }
    this.#link.close();
    return {
      did: `Sent ${sent.join(" and ")}, and hung up without an answer.`,
      mayStillRun: `The host did not say that the shell has ended: some take no signals, for root above all. It lost its terminal. ${DETACHED}`,
    };
  }

  async #endsWithin(ms: number): Promise<boolean> {
    const over = new AbortController();
    this.#gone = () => over.abort();
    await sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
    return this.#closed;
  }

  #over(): TargetError {
    return new TargetError("terminal_ended", "The terminal has ended.");
  }

  #came(bytes: Buffer): void {
    this.#waiting.add(bytes);
    this.#tell();
  }

  #tell(): void {
    if (this.#listener !== undefined && (!this.#paused || this.#closed))
      for (const { bytes } of this.#waiting.take()) {
        this.#flow.taken(bytes.length);
        this.#listener(bytes);
      }
    if (this.#waiting.length === 0) this.#told();
  }
}

/** True of every shell. */
const DETACHED = "What left the shell's session (nohup, setsid, tmux, services it started) may still run.";
