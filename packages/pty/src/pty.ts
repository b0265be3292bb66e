import { write } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ReadStream } from "node:tty";
import { spawn, type IPty } from "@lydell/node-pty";
import { signalName } from "./signal-name.ts";
import { sessionOf } from "./session.ts";

export interface PtyOptions {
  /** Program and arguments; a program without a slash is looked for in the PATH of `environment`. */
  argv: readonly [string, ...string[]];
  folder: string;
  /** All that it has of an environment, but for TERM and PWD. */
  environment: Readonly<Record<string, string>>;
  columns: number;
  rows: number;
}

export interface PtyEnd {
  exitCode?: number;
  /** Without SIG. */
  signal?: string;
}

/** A program on a pseudo-terminal of this machine. */
export interface Pty {
  readonly pid: number;
  /** One listener; what came before is told to it. Its memory is not used again. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Stops reading, so that the program waits once the kernel's buffer is full. */
  pause(): void;
  resume(): void;
  /** Resolves once the kernel has taken the bytes; of what a program does not read it takes 4 KiB. Rejects once it has ended. */
  write(bytes: Uint8Array): Promise<void>;
  resize(columns: number, rows: number): void;
  /** Sends a signal to every process of the terminal's session that is still there. True when there was one. */
  signal(name: "HUP" | "KILL"): Promise<boolean>;
  /** Resolves after the program has ended and the last byte was told. Never rejects. What the program left in its session is ended as well. */
  readonly ended: Promise<PtyEnd>;
}

/** How long a full buffer is waited for before it is tried again, in milliseconds. */
const FULL_MS = 5;
/** How long a terminal may be silent after its program has ended, in milliseconds, before nothing more is expected of those who hold it open. */
const SILENT_MS = 100;

/** Used of the library beyond its public interface. The version is exact. */
interface Inner {
  _socket: ReadStream;
  _fd: number;
  _emittedClose: boolean;
}

/** Starts a program on a new pseudo-terminal, as the leader of a session of its own. Throws where the machine has no such terminals. */
export function openPty({ argv: [program, ...words], folder, environment, columns, rows }: PtyOptions): Pty {
  const inner = spawn(program, words, {
    cwd: folder,
    env: { ...environment },
    cols: columns,
    rows,
    name: "xterm-256color",
    // Bytes, not text.
    encoding: null,
  });
  return new NodePty(inner as IPty & Inner);
}

class NodePty implements Pty {
  readonly ended: Promise<PtyEnd>;
  readonly #inner: IPty & Inner;
  readonly #waiting: Uint8Array[] = [];
  #listener: ((bytes: Uint8Array) => void) | undefined;
  #paused = false;
  #exited = false;
  #closed = false;
  #heard = Date.now();
  #writing: Promise<void> = Promise.resolve();

  constructor(inner: IPty & Inner) {
    this.#inner = inner;
    const socket = inner._socket;
    // The library destroys the terminal 200 ms after the program has ended, read to its end or not. Told that this was done, it leaves it to us.
    inner._emittedClose = true;
    socket.on("data", (bytes: Buffer) => {
      this.#heard = Date.now();
      this.#waiting.push(bytes);
      this.#tell();
    });
    const closed = new Promise<void>((resolve) => {
      // Its other end is closed: EIO on Linux, the end of the file elsewhere.
      for (const event of ["error", "end", "close"]) socket.once(event, () => resolve());
    });
    const exited = new Promise<PtyEnd>((resolve) =>
      inner.onExit(({ exitCode, signal }) => {
        this.#exited = true;
        resolve(signal === undefined || signal === 0 ? { exitCode } : { signal: signalName(signal) });
      }),
    );
    this.ended = this.#end(exited, closed);
  }

  get pid(): number {
    return this.#inner.pid;
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
    this.#tell();
  }

  pause(): void {
    this.#paused = true;
    if (!this.#closed) this.#inner._socket.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#tell();
    if (!this.#closed && !this.#paused) this.#inner._socket.resume();
  }

  write(bytes: Uint8Array): Promise<void> {
    const written = this.#writing.then(() => this.#write(bytes));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  resize(columns: number, rows: number): void {
    if (this.#exited || this.#closed) return;
    try {
      this.#inner.resize(columns, rows);
    } catch (error) {
      // It ended just now, and that is told in a moment: there is no screen any more whose size could matter.
      if (!String(error).includes("EBADF")) throw error;
    }
  }

  async signal(name: "HUP" | "KILL"): Promise<boolean> {
    const pids = await sessionOf(this.pid, !this.#exited);
    return pids.map((pid) => send(pid, name)).some(Boolean);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    let at = 0;
    while (at < bytes.byteLength) {
      if (this.#exited) throw new Error("the program has ended");
      const taken = await writeSome(this.#inner._fd, bytes, at);
      if (taken === 0) await sleep(FULL_MS);
      at += taken;
    }
  }

  async #end(exited: Promise<PtyEnd>, closed: Promise<void>): Promise<PtyEnd> {
    const end = await exited;
    // The program is over; others of its session may hold the terminal open, and what they say has nobody to be said to.
    await this.signal("HUP");
    const silent = new AbortController();
    void closed.then(() => silent.abort());
    while (!silent.signal.aborted && (this.#paused || Date.now() - this.#heard < SILENT_MS))
      await sleep(SILENT_MS / 2, undefined, { signal: silent.signal }).catch(() => undefined);
    this.#closed = true;
    this.#paused = false;
    this.#inner._socket.destroy();
    await this.signal("KILL");
    while (this.#waiting.length > 0 && this.#listener === undefined) await sleep(SILENT_MS / 2);
    this.#tell();
    return end;
  }

  #tell(): void {
    while (this.#listener !== undefined && !this.#paused) {
      const bytes = this.#waiting.shift();
      if (bytes === undefined) return;
      this.#listener(bytes);
    }
  }
}

/** How many bytes the kernel has taken; 0 when its buffer is full. */
function writeSome(fd: number, bytes: Uint8Array, at: number): Promise<number> {
  return new Promise((resolve, reject) =>
    write(fd, bytes, at, (error, taken) => {
      if (error === null) resolve(taken);
      else if (error.code === "EAGAIN") resolve(0);
      else reject(error);
    }),
  );
}

function send(pid: number, name: "HUP" | "KILL"): boolean {
  try {
    return process.kill(pid, `SIG${name}`);
  } catch (error) {
    // It is gone, or has become another account's.
    if (["ESRCH", "EPERM"].includes(String((error as { code?: unknown }).code))) return false;
    throw error;
  }
}
