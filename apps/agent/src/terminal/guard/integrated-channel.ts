import { TargetError, type TerminalChannel, type TerminalEnd, type TerminalKill, type TerminalRequest } from "@interlock/connector";
import { bootstrapArgv, ShellHandshake, type ScriptOptions, type ShellMode } from "@interlock/terminal";

/** Keys wait this long for the bootstrap to say that it runs; a program of the host's own in its place must be typed into. Milliseconds. */
const UNHEARD_MS = 3_000;
/** How long a shell may take from there to its own start-up files. */
const HIDDEN_MS = 10_000;
/** What a shell ends with where the program is not found, or may not be run. */
const NOT_RUN: ReadonlySet<number> = new Set([126, 127]);

const AGAIN: ReadonlySet<string> = new Set(["target_down", "bad_request", "not_found", "no_shell"]);

type Open = (request: TerminalRequest) => Promise<TerminalChannel>;

export interface Integrated {
  channel: TerminalChannel;
  /** Why the shell was left as it is, in words; absent where it was asked to be integrated. */
  why?: string;
}

/**
 * Opens a shell that is integrated where the target lets one run a program, as it is where not. Works over any channel: all it needs is that
 * `program.argv` is run with a terminal. `absent` is told where that turned out not to be so only afterwards.
 */
export async function openIntegrated(
  open: Open,
  request: TerminalRequest,
  options: ScriptOptions & { mode: ShellMode; absent: (why: string) => void },
): Promise<Integrated> {
  const { program, ...plain } = request;
  if (program?.argv !== undefined) return { channel: await open(request), why: "a program was opened, and no shell" };
  if (program?.pod?.mode === "attach" || program?.pod?.mode === "debug")
    return {
      channel: await open(request),
      why: "a program that runs already was joined; the guard needs a shell of its own",
    };
  let inner: TerminalChannel;
  try {
    inner = await open({ ...plain, program: { ...program, argv: bootstrapArgv(options.mode) } });
  } catch (error) {
    // Some targets open shells and run no commands. Anything else fails again in the same way.
    if (!(error instanceof TargetError) || !AGAIN.has(error.code)) throw error;
    return { channel: await open(request), why: "this target runs no commands in a terminal, so the guard cannot start" };
  }
  return { channel: new IntegratedChannel(inner, () => open(request), options) };
}

/** A shell behind its bootstrap. What is typed meanwhile waits, so that it does not become part of what the bootstrap reads. */
class IntegratedChannel implements TerminalChannel {
  readonly ended: Promise<TerminalEnd>;
  readonly #handshake: ShellHandshake;
  readonly #absent: (why: string) => void;
  /** In a container `sh` is the whole program, with nothing of the host's before it: what it cannot read it may end with any code. */
  readonly #bare: boolean;
  /** What such a one said before it was heard: shown where it never is, and left out where the shell is opened as it is. */
  #unsaid: Uint8Array[] | undefined;
  #inner: TerminalChannel;
  #listener: ((bytes: Uint8Array) => void) | undefined;
  readonly #early: Uint8Array[] = [];
  #typed: { bytes: Uint8Array; settle: (written: Promise<void>) => void }[] | undefined = [];
  #timer: NodeJS.Timeout;
  #size: { columns: number; rows: number } | undefined;
  #paused = false;
  #killed = false;

  constructor(
    inner: TerminalChannel,
    plain: () => Promise<TerminalChannel>,
    options: ScriptOptions & { mode: ShellMode; absent: (why: string) => void },
  ) {
    this.#inner = inner;
    this.#absent = options.absent;
    this.#bare = options.mode === "plain";
    if (this.#bare) this.#unsaid = [];
    this.#handshake = new ShellHandshake(options, {
      show: (bytes) => this.#show(bytes),
      // An end is told by itself.
      send: (bytes) => void inner.write(bytes).catch(() => undefined),
    });
    this.#timer = setTimeout(() => this.#unheard(), UNHEARD_MS).unref();
    this.ended = this.#live(plain);
    this.#read(inner);
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
    for (const bytes of this.#early.splice(0)) listener(bytes);
  }

  pause(): void {
    this.#paused = true;
    this.#inner.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#inner.resume();
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#typed === undefined) return this.#inner.write(bytes);
    return new Promise((settle) => this.#typed!.push({ bytes, settle }));
  }

  resize(columns: number, rows: number): void {
    this.#size = { columns, rows };
    this.#inner.resize(columns, rows);
  }

  kill(): Promise<TerminalKill> {
    this.#killed = true;
    return this.#inner.kill();
  }

  #read(channel: TerminalChannel): void {
    channel.onData((bytes) => {
      const heard = this.#handshake.heard;
      this.#handshake.push(bytes);
      if (this.#handshake.heard) this.#say();
      if (this.#handshake.over) this.#settled();
      else if (!heard && this.#handshake.heard) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#tooLong(), HIDDEN_MS).unref();
      }
    });
  }

  #say(): void {
    const unsaid = this.#unsaid ?? [];
    this.#unsaid = undefined;
    for (const bytes of unsaid) this.#show(bytes);
  }

  #show(bytes: Uint8Array): void {
    if (this.#unsaid !== undefined) this.#unsaid.push(bytes);
    else if (this.#listener === undefined) this.#early.push(bytes);
    else this.#listener(bytes);
  }

  /** Resolves with the end of the shell; one that could not be started behind the bootstrap is started as it is. */
  async #live(plain: () => Promise<TerminalChannel>): Promise<TerminalEnd> {
    const end = await this.#inner.ended;
    clearTimeout(this.#timer);
    const { exitCode } = end;
    const notRun = exitCode !== undefined && (NOT_RUN.has(exitCode) || (this.#bare && this.#unsaid !== undefined));
    if (!notRun || this.#handshake.heard || this.#killed) {
      this.#handshake.giveUp();
      this.#say();
      this.#settled();
      return end;
    }
    this.#absent("there is no sh here that can start the guard");
    this.#unsaid = undefined;
    try {
      const channel = await plain();
      this.#inner = channel;
      if (this.#killed) await channel.kill();
      if (this.#size !== undefined) channel.resize(this.#size.columns, this.#size.rows);
      if (this.#paused) channel.pause();
      channel.onData((bytes) => this.#show(bytes));
      this.#settled();
      return await channel.ended;
    } catch (error) {
      this.#settled();
      return { why: error instanceof Error ? error.message : "the shell could not be opened" };
    }
  }

  #unheard(): void {
    this.#say();
    this.#absent("a program of the host's own runs in place of a shell, or it has not answered yet");
    this.#settled();
  }

  #tooLong(): void {
    this.#handshake.giveUp();
    this.#absent("the shell did not take its integration");
    this.#settled();
  }

  /** What was typed goes on to whatever runs. */
  #settled(): void {
    if (this.#typed === undefined) return;
    const typed = this.#typed;
    this.#typed = undefined;
    clearTimeout(this.#timer);
    for (const { bytes, settle } of typed) settle(this.#inner.write(bytes));
  }
}
