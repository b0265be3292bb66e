import { TargetError } from "@interlock/connector";
import type { FileEntryWithStats, SFTPWrapper, Stats } from "ssh2";
import { openLink, type Link, type LinkOptions } from "./link.ts";

/** How long a connection is kept that nobody looks at files by, in milliseconds. */
const IDLE_MS = 60_000;

/** An SFTP session with promises, shared by whoever uses it at the time. */
export class SftpPool {
  readonly #options: LinkOptions;
  #opening: Promise<{ link: Link; sftp: SFTPWrapper }> | undefined;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Hands a session to `work`, whose faults become TargetErrors about `path`. */
  async use<T>(path: string, signal: AbortSignal, work: (sftp: Sftp) => Promise<T>): Promise<T> {
    const lease = await this.lease(signal);
    try {
      return await lease.sftp.about(path, () => work(lease.sftp));
    } finally {
      lease.done();
    }
  }

  /** A session until `done` is called. */
  async lease(signal: AbortSignal): Promise<{ sftp: Sftp; done: () => void }> {
    if (signal.aborted) throw new TargetError("cancelled", "It was cancelled.");
    clearTimeout(this.#idle);
    this.#users++;
    const done = (): void => {
      if (--this.#users === 0) this.#idle = setTimeout(() => this.close(), IDLE_MS).unref();
    };
    try {
      // Others may wait for the same one, so that one who gives up does not end it.
      const { link, sftp } = await unlessCancelled(signal, () => this.#open());
      return { sftp: new Sftp(sftp, link, signal), done };
    } catch (error) {
      done();
      throw error;
    }
  }

  #open(): Promise<{ link: Link; sftp: SFTPWrapper }> {
    this.#opening ??= (async () => {
      const link = await openLink(this.#options, new AbortController().signal);
      void link.over.then(() => (this.#opening = undefined));
      try {
        const sftp = await new Promise<SFTPWrapper>((resolve, reject) =>
          link.client.sftp((error, opened) => (error ? reject(error) : resolve(opened))),
        );
        // Told by the calls that fail with it.
        sftp.on("error", () => link.close());
        return { link, sftp };
      } catch (error) {
        link.close();
        throw new TargetError("statement_failed", `The host has no SFTP: ${(error as Error).message}.`, { cause: error });
      }
    })();
    this.#opening.catch(() => (this.#opening = undefined));
    return this.#opening;
  }

  close(): void {
    clearTimeout(this.#idle);
    const opening = this.#opening;
    this.#opening = undefined;
    opening?.then(
      ({ link }) => link.close(),
      // It never opened.
      () => undefined,
    );
  }
}

/** What is taken back after a cancel is waited for this long, in milliseconds. */
const TAKE_BACK_MS = 5_000;

async function unlessCancelled<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const cancelled = (): TargetError => new TargetError("cancelled", "It was cancelled.");
  if (signal.aborted) throw cancelled();
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(cancelled());
    signal.addEventListener("abort", abort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}

const GONE = "the connection is gone";

type Done<T> = (error: Error | null | undefined, value: T) => void;

/** Statuses of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 7). */
const [EOF, NO_SUCH_FILE, PERMISSION_DENIED] = [1, 2, 3];

/** The requests that are needed, one promise each. Who cancels does not wait for the host. */
export class Sftp {
  readonly #sftp: SFTPWrapper;
  readonly #link: Link;
  readonly #signal: AbortSignal;
  /** What has not been answered. */
  readonly #asked = new Set<(error: Error) => void>();
  #gone = false;

  constructor(sftp: SFTPWrapper, link: Link, signal: AbortSignal) {
    this.#sftp = sftp;
    this.#link = link;
    this.#signal = signal;
    // What is asked of a connection that is gone is never answered by the library.
    void link.over.then(() => {
      this.#gone = true;
      for (const reject of this.#asked) reject(new Error(GONE));
    });
  }

  /** Runs `work`, whose refusals are told with the path. */
  async about<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#told(error, path);
    }
  }

  #told(error: unknown, path: string): unknown {
    if (error instanceof TargetError) return error;
    if (this.#signal.aborted) return new TargetError("cancelled", "It was cancelled.");
    const { code, message } = error as { code?: unknown; message: string };
    const named = JSON.stringify(path);
    if (code === NO_SUCH_FILE) return new TargetError("not_found", `There is no ${named} on the host.`);
    if (code === PERMISSION_DENIED)
      return new TargetError("statement_failed", `The host does not allow the connection's account ${named}.`);
    if (typeof code === "number") return new TargetError("statement_failed", `The host refuses ${named}: ${message}.`);
    return new TargetError("target_down", `${this.#link.broken ?? message}.`, { cause: error });
  }

  #ask<T>(request: (done: Done<T>) => unknown, signal = this.#signal): Promise<T> {
    return unlessCancelled(
      signal,
      () =>
        new Promise((resolve, reject) => {
          if (this.#gone) return reject(new Error(GONE));
          this.#asked.add(reject);
          request((error, value) => {
            this.#asked.delete(reject);
            if (error) reject(error);
            else resolve(value);
          });
        }),
    );
  }

  /** Also after a cancel, for a while: it takes back. */
  #takeBack(request: (done: Done<void>) => unknown): Promise<void> {
    return this.#takeBackWith(request);
  }

  #takeBackWith<T>(request: (done: Done<T>) => unknown): Promise<T> {
    return this.#ask(request, AbortSignal.timeout(TAKE_BACK_MS));
  }

  realPath(path: string): Promise<string> {
    return this.#ask((done) => this.#sftp.realpath(path, done));
  }

  readLink(path: string): Promise<string> {
    return this.#ask((done) => this.#sftp.readlink(path, done));
  }

  stat(path: string): Promise<Stats> {
    return this.#ask((done) => this.#sftp.stat(path, done));
  }

  lstat(path: string): Promise<Stats> {
    return this.#ask((done) => this.#sftp.lstat(path, done));
  }

  openFolder(path: string): Promise<Buffer> {
    return this.#ask((done) => this.#sftp.opendir(path, done));
  }

  /** The next names of an open folder; undefined at its end. */
  async readFolder(handle: Buffer): Promise<FileEntryWithStats[] | undefined> {
    return this.#ask<FileEntryWithStats[]>((done) => this.#sftp.readdir(handle as never, done as never)).catch(endOf);
  }

  open(path: string, flags: "r" | "wx", mode: number): Promise<Buffer> {
    return this.#ask((done) => this.#sftp.open(path, flags, mode, done));
  }

  /** The bytes at `position`, at most `length`; undefined at the end of the file. Fewer are no end. */
  async read(handle: Buffer, position: number, length: number): Promise<Buffer | undefined> {
    const bytes = Buffer.allocUnsafe(length);
    return this.#ask<Buffer>((done) =>
      this.#sftp.read(handle, bytes, 0, length, position, (error, count) => done(error, bytes.subarray(0, count))),
    ).catch(endOf);
  }

  write(handle: Buffer, bytes: Buffer, position: number): Promise<void> {
    return this.#ask((done) => this.#sftp.write(handle, bytes, 0, bytes.length, position, done as never));
  }

  /** Bytes that an account without special rights can still write where `path` is; undefined where the host does not tell. */
  async free(path: string): Promise<number | undefined> {
    if (this.#offers("statvfs@openssh.com", "2")) {
      const told = await this.#takeBackWith<{ f_bavail: number; f_frsize: number }>((done) =>
        this.#sftp.ext_openssh_statvfs(path, done as never),
      ).catch(() => undefined);
      if (told !== undefined) return told.f_bavail * told.f_frsize;
    }
    return undefined;
  }

  setMode(handle: Buffer, mode: number): Promise<void> {
    return this.#ask((done) => this.#sftp.fchmod(handle, mode, done as never));
  }

  /** Where the host offers it: waits until the bytes are on its disk. */
  async sync(handle: Buffer): Promise<void> {
    if (this.#offers("fsync@openssh.com")) await this.#ask((done) => this.#sftp.ext_openssh_fsync(handle, done as never));
  }

  /** Whether a rename can take another file's place in one step. */
  get replaces(): boolean {
    return this.#offers("posix-rename@openssh.com");
  }

  /** Refused where `to` is there. */
  rename(from: string, to: string): Promise<void> {
    return this.#ask((done) => this.#sftp.rename(from, to, done as never));
  }

  replace(from: string, to: string): Promise<void> {
    return this.#ask((done) => this.#sftp.ext_openssh_rename(from, to, done as never));
  }

  remove(path: string): Promise<void> {
    return this.#takeBack((done) => this.#sftp.unlink(path, done as never));
  }

  close(handle: Buffer): Promise<void> {
    return this.#takeBack((done) => this.#sftp.close(handle, done as never));
  }

  /** The library asks for an extension only where the host has named it; its list has no public name. */
  #offers(extension: string, version = "1"): boolean {
    return (this.#sftp as unknown as { _extensions: Record<string, string> })._extensions[extension] === version;
  }
}

function endOf(error: { code?: unknown }): undefined {
  if (error.code === EOF) return undefined;
  throw error;
}
