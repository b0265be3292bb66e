import { createHash, randomBytes } from "node:crypto";
import { posix } from "node:path";
import { TargetError, type Download, type FileState, type UploadOptions, type Uploaded } from "@interlock/connector";
import { kindOf } from "./file-kind.ts";
import type { Sftp, SftpPool } from "./sftp.ts";

/** Bytes of one request: what every server of version 3 takes. */
const PIECE = 32 * 1024;
/** Requests that are on their way at a time: 1 MiB, so that distance does not set the pace. */
const AT_ONCE = 32;

const NAMES = { folder: "a folder", special: "a device, a socket or a pipe", link: "a link", file: "a file" } as const;

const tooLarge = (limit: number): TargetError =>
  new TargetError("too_large", `It has more than ${limit.toLocaleString("en-US")} bytes, the most that may be moved.`);

/** A file to be read as it is asked for. It is opened for the first of its bytes, so that one that nobody reads is not left open. */
export async function download(pool: SftpPool, path: string, limit: number, signal: AbortSignal): Promise<Download> {
  return pool.use(path, signal, async (sftp) => {
    // A pipe would wait for a writer: what it is, is asked before it is opened.
    const { size, mtime, mode } = await sftp.stat(path);
    const kind = kindOf({ mode });
    if (kind !== "file") throw new TargetError("bad_request", `${JSON.stringify(path)} is ${NAMES[kind]}; only files are fetched.`);
    if (size > limit) throw tooLarge(limit);
    // Whether it may be read is better known before anybody is promised its bytes.
    await sftp.close(await sftp.open(path, "r", 0));
    return { size, modified: mtime * 1000, bytes: bytesOf(pool, path, limit, signal) };
  });
}

interface Asked {
  at: number;
  length: number;
  piece: Promise<Buffer | undefined>;
}

/** In order, some requests ahead of the reader, and never more. */
async function* bytesOf(pool: SftpPool, path: string, limit: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const { sftp, done } = await pool.lease(signal);
  const ahead: Asked[] = [];
  let handle: Buffer | undefined;
  try {
    const opened = (handle = await sftp.about(path, () => sftp.open(path, "r", 0)));
    const ask = (at: number, length: number): Asked => {
      const piece = sftp.read(opened, at, length);
      // Seen when its turn comes, or not at all where the reader has left.
      piece.catch(() => undefined);
      return { at, length, piece };
    };
    let asked = 0;
    let told = 0;
    for (;;) {
      // Few at first: most files are small.
      while (ahead.length < Math.min(AT_ONCE, 1 + asked / PIECE)) {
        ahead.push(ask(asked, PIECE));
        asked += PIECE;
      }
      const { at, length, piece } = ahead.shift()!;
      const bytes = await sftp.about(path, () => piece);
      if (bytes === undefined || bytes.length === 0) return;
      told += bytes.length;
      if (told > limit) throw tooLarge(limit);
      yield bytes;
      // A server may answer with less than was asked for, at the end above all: the rest comes before what follows.
      if (bytes.length < length) ahead.unshift(ask(at + bytes.length, length - bytes.length));
    }
  } finally {
    await Promise.allSettled(ahead.map(({ piece }) => piece));
    // The connection may be gone, and the open file with it.
    if (handle !== undefined) await sftp.close(handle).catch(() => undefined);
    done();
  }
}

/** Writes beside the file and takes its place at the end. */
export async function upload(
  pool: SftpPool,
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  options: UploadOptions,
  signal: AbortSignal,
): Promise<Uploaded> {
  let broken: { error: unknown } | undefined;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes;
    } catch (error) {
      broken = { error };
      throw error;
    }
  }
  const work = pool.use(path, signal, async (sftp) => {
    const { real, mode } = await placeFor(sftp, path, options);
    if (mode !== undefined && !sftp.replaces)
      throw new TargetError("bad_request", "The host's SFTP cannot replace a file in one step; remove it first or use another name.");
    const beside = posix.join(posix.dirname(real), `.${posix.basename(real).slice(0, 180)}.interlock-${randomBytes(6).toString("hex")}`);
    const handle = await sftp.about(posix.dirname(real), () => sftp.open(beside, "wx", 0o600));
    let open = true;
    try {
      const written = await writeAll(sftp, handle, source(), options.limit).catch((error: unknown) => fullDisk(sftp, real, error));
      if (options.sha256 !== undefined && written.sha256 !== options.sha256)
        throw new TargetError("digest_mismatch", "The bytes that came are not those that were agreed to; nothing took the file's place.");
      await sftp.setMode(handle, mode ?? options.mode ?? 0o644);
      await sftp.sync(handle);
      await sftp.close(handle);
      open = false;
      if (options.replaces !== undefined) await unchanged(sftp, real, options.replaces, signal);
      options.placing?.();
      if (mode !== undefined) await sftp.replace(beside, real);
      // Refused where somebody has made one of that name since.
      else await sftp.rename(beside, real);
      return { path: real, ...written, replaced: mode !== undefined };
    } catch (error) {
      if (open) await sftp.close(handle).catch(() => undefined);
      await sftp.remove(beside).catch(() => removeLater(pool, beside));
      throw error;
    }
  });
  return work.catch((error: unknown) => {
    // Where the bytes come from is no fault of the host's.
    throw broken === undefined ? error : broken.error;
  });
}

/** How long a host that the connection was lost to is asked to take a half written file away, in milliseconds. */
const LATER_MS = 15_000;

/** The connection broke with a file half written: another one removes it. Where that fails as well it stays, and its name tells whose it is. */
async function removeLater(pool: SftpPool, beside: string): Promise<void> {
  try {
    await pool.use(beside, AbortSignal.timeout(LATER_MS), (sftp) => sftp.remove(beside));
  } catch {
    // The host is not there to be tidied up; whoever looks finds `.name.interlock-…`.
  }
}

/** SFTP version 3 has no status for a full disk: the host only says that it failed, and is asked for what is free. */
async function fullDisk(sftp: Sftp, path: string, error: unknown): Promise<never> {
  if ((error as { code?: unknown }).code !== 4) throw error;
  const free = await sftp.free(posix.dirname(path));
  if (free === undefined) throw error;
  const where = `The host could not write beside ${JSON.stringify(path)}`;
  throw new TargetError(
    "storage_full",
    free < PIECE
      ? `${where}: its disk is full.`
      : `${where}, though ${free.toLocaleString("en-US")} bytes are free: a quota or another limit of the account, it may be.`,
  );
}

/** What there is to be told of a file beforehand. Its hash is taken where it has at most `limit` bytes. */
export async function stateOf(pool: SftpPool, path: string, limit: number, signal: AbortSignal): Promise<FileState | null> {
  return pool.use(path, signal, async (sftp) => {
    const found = await sftp.stat(path).catch((error: { code?: unknown }) => {
      if (error.code === 2) return undefined;
      throw error;
    });
    if (found === undefined) return null;
    const kind = kindOf(found);
    if (kind !== "file") throw new TargetError("bad_request", `${JSON.stringify(path)} is ${NAMES[kind]}, which is not replaced.`);
    const state: FileState = { bytes: found.size, modified: found.mtime * 1000, mode: found.mode & 0o7777 };
    return found.size > limit ? state : { ...state, sha256: await hashOf(pool, path, limit, signal) };
  });
}

async function hashOf(pool: SftpPool, path: string, limit: number, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of bytesOf(pool, path, limit, signal)) hash.update(bytes);
  return hash.digest("hex");
}

/** Throws where something else is there than what was agreed to be replaced. */
async function unchanged(sftp: Sftp, path: string, expected: FileState | null, signal: AbortSignal): Promise<void> {
  const changed = (why: string): TargetError =>
    new TargetError("targets_changed", `${JSON.stringify(path)} ${why} since it was agreed to; nothing took its place.`);
  const now = await sftp.stat(path).catch((error: { code?: unknown }) => {
    if (error.code === 2) return undefined;
    throw error;
  });
  if (now === undefined) {
    if (expected !== null) throw changed("is gone");
    return;
  }
  if (expected === null) throw changed("was made");
  if (now.size !== expected.bytes || (now.mode & 0o7777) !== expected.mode) throw changed("was changed");
  if (expected.sha256 === undefined) {
    if (now.mtime * 1000 !== expected.modified) throw changed("was changed");
    return;
  }
  const hash = createHash("sha256");
  const handle = await sftp.open(path, "r", 0);
  try {
    for (let at = 0; ;) {
      if (signal.aborted) throw new TargetError("cancelled", "It was cancelled.");
      const bytes = await sftp.read(handle, at, PIECE);
      if (bytes === undefined || bytes.length === 0) break;
      hash.update(bytes);
      at += bytes.length;
    }
  } finally {
    await sftp.close(handle).catch(() => undefined);
  }
  if (hash.digest("hex") !== expected.sha256) throw changed("was changed");
}

/** Where a file would be, links followed; of one that is not there its folder must be. */
export async function placeOf(pool: SftpPool, path: string, signal: AbortSignal): Promise<string> {
  return pool.use(path, signal, async (sftp) => (await placeFor(sftp, path, { limit: 0, overwrite: true })).real);
}

/** Where the bytes go, links followed, and the permissions of what is there; none where nothing is. */
async function placeFor(sftp: Sftp, path: string, { overwrite }: UploadOptions): Promise<{ real: string; mode?: number }> {
  const named = JSON.stringify(path);
  const found = await sftp.stat(path).catch((error: { code?: unknown }) => {
    if (error.code === 2) return undefined;
    throw error;
  });
  if (found === undefined) {
    if (path.endsWith("/")) throw new TargetError("bad_request", `${named} names a folder.`);
    const dangling = await sftp.lstat(path).catch(() => undefined);
    if (dangling !== undefined) throw new TargetError("bad_request", `${named} is a link that leads nowhere.`);
    return { real: posix.join(await sftp.realPath(posix.dirname(path)), posix.basename(path)) };
  }
  const kind = kindOf(found);
  if (kind !== "file") throw new TargetError("bad_request", `${named} is ${NAMES[kind]}, which is not replaced.`);
  if (!overwrite) throw new TargetError("bad_request", `${named} is there already.`);
  return { real: await sftp.realPath(path), mode: found.mode & 0o7777 };
}

async function writeAll(
  sftp: Sftp,
  handle: Buffer,
  bytes: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  const underway = new Set<Promise<void>>();
  let failed: unknown;
  let at = 0;
  try {
    for await (const chunk of bytes) {
      for (let from = 0; from < chunk.length; from += PIECE) {
        // Copied, since whoever sends may use its memory again.
        const piece = Buffer.from(chunk.subarray(from, from + PIECE));
        if (at + piece.length > limit) throw tooLarge(limit);
        hash.update(piece);
        const writing: Promise<void> = sftp.write(handle, piece, at).then(
          () => void underway.delete(writing),
          (error: unknown) => {
            failed ??= error;
            underway.delete(writing);
          },
        );
        underway.add(writing);
        at += piece.length;
        if (underway.size >= AT_ONCE) await Promise.race(underway);
        if (failed !== undefined) throw failed;
      }
    }
  } finally {
    await Promise.all(underway);
  }
  if (failed !== undefined) throw failed;
  return { bytes: at, sha256: hash.digest("hex") };
}
