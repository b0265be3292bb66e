import { createHash } from "node:crypto";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { stderr } from "node:process";
import type { FileSystem, Target } from "@interlock/connector";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openFileSystem } from "../src/file-system.ts";
import { ssh } from "../src/index.ts";
import { sshdFor, startSshd, type TestSshd } from "../src/testing.ts";

/** Nothing of a command is asked here. */
const nowhere = (): Promise<never> => Promise.reject(new Error("no resolution is asked for"));
const never = (): AbortSignal => new AbortController().signal;
const LIMIT = 64 * 1024 * 1024;

describe.skipIf(sshdFor("files of hosts by SSH") === undefined)("the files of a host", () => {
  let sshd: TestSshd;
  let target: Target;
  let files: FileSystem;
  let home: string;
  beforeAll(async () => {
    sshd = await startSshd();
    target = ssh.open({ connectionName: "web-1", secret: ssh.readSecret(sshd.secret()), maskedColumns: () => [] });
    files = target.fileSystem!;
    home = sshd.home;
  });
  afterAll(async () => {
    await target?.close();
    await sshd?.close();
  });

  /** Made by whoever runs the tests, owned by the account. */
  function folder(name: string): string {
    const path = join(home, name);
    mkdirSync(path);
    const { uid, gid } = statSync(home);
    chownSync(path, uid, gid);
    return path;
  }

  async function fetched(path: string, limit = LIMIT): Promise<Buffer> {
    const { bytes } = await files.download(path, { limit }, never());
    const pieces: Uint8Array[] = [];
    for await (const piece of bytes) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  // oxlint-disable-next-line require-yield -- a source that fails
  async function* failing(): AsyncGenerator<Uint8Array> {
    throw new Error("the browser left");
  }
  async function* pieces(...all: (Uint8Array | string)[]): AsyncGenerator<Uint8Array> {
    for (const piece of all) yield Buffer.from(piece);
  }
  const upload = (path: string, bytes: AsyncIterable<Uint8Array>, more = {}) =>
    files.upload(path, bytes, { limit: LIMIT, overwrite: false, ...more }, never());

  it("lists what is there, of every kind and with every name", async () => {
    const path = folder("listed");
    writeFileSync(join(path, "b.txt"), "12345", { mode: 0o640 });
    mkdirSync(join(path, "z"));
    symlinkSync("z", join(path, "to-z"));
    symlinkSync("nowhere", join(path, "broken"));
    execFileSync("mkfifo", [join(path, "pipe")]);
    writeFileSync(join(path, "two\nlines\u001b[2J"), "");
    writeFileSync(Buffer.concat([Buffer.from(`${path}/latin-`), Buffer.from([0xe9])]), "");
    const { path: real, entries, truncated } = await files.list(path, never());
    expect(real).toBe(path);
    expect(truncated).toBe(false);
    expect(entries.map(({ name, kind, link, unnameable }) => [name, kind, link, unnameable])).toEqual([
      ["to-z", "link", { to: "z", leadsTo: "folder" }, undefined],
      ["z", "folder", undefined, undefined],
      ["b.txt", "file", undefined, undefined],
      ["broken", "link", { to: "nowhere" }, undefined],
      ["latin-\ufffd", "file", undefined, true],
      ["pipe", "special", undefined, undefined],
      ["two\nlines\u001b[2J", "file", undefined, undefined],
    ]);
    expect(entries[2]).toMatchObject({ size: 5, mode: 0o640 });
    expect(Math.abs(entries[2]!.modified - Date.now())).toBeLessThan(60_000);
    expect(await files.stat(join(path, "to-z"), never())).toMatchObject({ kind: "link", link: { to: "z", leadsTo: "folder" } });
    // Whoever is not root signs in as themselves.
    const own = sshd.password === undefined ? userInfo().homedir : home;
    for (const name of ["", "~", "~/"]) expect((await files.list(name, never())).path).toBe(own);
    expect((await files.list("~/.", never())).path).toBe(own);
  });

  it("tells no more names of a folder than it may, and says so", async () => {
    const path = folder("many");
    for (let name = 0; name < 250; name++) writeFileSync(join(path, `${name}`), "");
    for (const most of [249, 250, 251]) {
      const few = openFileSystem({ secret: ssh.readSecret(sshd.secret()), host: undefined, hostKeys: undefined }, nowhere, most);
      const { entries, truncated } = await few.list(path, never());
      expect([entries.length, truncated]).toEqual([Math.min(most, 250), most < 250]);
      few.close();
    }
  });

  it("fetches a file byte by byte, no faster than it is read, and within its limit", async () => {
    const bytes = Buffer.alloc(9_000_001);
    for (let at = 0; at < bytes.length; at += 4096) bytes.writeUInt32BE(at, Math.min(at, bytes.length - 4));
    writeFileSync(join(home, "large"), bytes);
    const got = await fetched(join(home, "large"));
    expect(createHash("sha256").update(got).digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(await fetched("/proc/self/status")).not.toHaveLength(0);
    writeFileSync(join(home, "empty"), "");
    expect(await fetched(join(home, "empty"))).toHaveLength(0);
    await expect(files.download(join(home, "large"), { limit: 9_000_000 }, never())).rejects.toMatchObject({ code: "too_large" });
    // Left half way, it holds nothing open.
    const { bytes: left } = await files.download(join(home, "large"), { limit: LIMIT }, never());
    for await (const piece of left) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    const stop = new AbortController();
    const { bytes: cancelled } = await files.download(join(home, "large"), { limit: LIMIT }, stop.signal);
    await expect(async () => {
      for await (const _ of cancelled) stop.abort();
    }).rejects.toMatchObject({ code: "cancelled" });
  });

  it("puts a file there whole, or not at all", async () => {
    const path = folder("put");
    const file = join(path, "app.conf");
    const big = Buffer.alloc(3_000_000, "x");
    const done = await upload(file, pieces("first ", big, "last"));
    expect(done).toEqual({
      path: file,
      bytes: big.length + 10,
      sha256: createHash("sha256").update("first ").update(big).update("last").digest("hex"),
      replaced: false,
    });
    expect(statSync(file)).toMatchObject({ size: big.length + 10 });
    expect(statSync(file).mode & 0o777).toBe(0o644);
    await expect(upload(file, pieces("other"))).rejects.toMatchObject({
      code: "bad_request",
      message: expect.stringMatching(/there already/) as string,
    });
    await expect(upload(file, pieces("x".repeat(100)), { overwrite: true, limit: 99 })).rejects.toMatchObject({ code: "too_large" });
    await expect(upload(file, failing(), { overwrite: true })).rejects.toThrow(/^the browser left$/);
    expect(statSync(file).size).toBe(big.length + 10);
    expect(readdirSync(path)).toEqual(["app.conf"]);
    chmodSync(file, 0o600);
    symlinkSync("app.conf", join(path, "link"));
    expect(await upload(join(path, "link"), pieces("new"), { overwrite: true })).toMatchObject({ path: file, replaced: true });
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(path)).toEqual(["app.conf", "link"]);
    await upload(join(path, "run.sh"), pieces("#!/bin/sh\n"), { mode: 0o755 });
    expect(statSync(join(path, "run.sh")).mode & 0o777).toBe(0o755);
  });

  it("leaves nothing behind where a cancel stops it", async () => {
    const path = folder("stopped");
    const stop = new AbortController();
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(100_000);
      stop.abort();
      yield Buffer.alloc(100_000);
    }
    await expect(files.upload(join(path, "f"), source(), { limit: LIMIT, overwrite: false }, stop.signal)).rejects.toMatchObject({
      code: "cancelled",
    });
    expect(readdirSync(path)).toEqual([]);
  });

  it("says what the host refuses", async ({ skip }) => {
    const fault = (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => "nothing",
        (error: { code: string }) => error.code,
      );
    execFileSync("mkfifo", [join(home, "fifo")]);
    expect(await fault(files.stat(join(home, "none"), never()))).toBe("not_found");
    expect(await fault(files.list(join(home, "none"), never()))).toBe("not_found");
    expect(await fault(files.download(join(home, "none"), { limit: 1 }, never()))).toBe("not_found");
    expect(await fault(files.download(join(home, "fifo"), { limit: 1 }, never()))).toBe("bad_request");
    expect(await fault(files.download(home, { limit: 1 }, never()))).toBe("bad_request");
    expect(await fault(upload(home, pieces("x"), { overwrite: true }))).toBe("bad_request");
    expect(await fault(upload(join(home, "none", "f"), pieces("x")))).toBe("not_found");
    expect(await fault(files.stat("a\0b", never()))).toBe("bad_request");
    if (sshd.password === undefined) return skip("the account is root's or the tester's own");
    expect(await fault(files.download("/etc/shadow", { limit: LIMIT }, never()))).toBe("statement_failed");
    expect(await fault(files.list("/root", never()))).toBe("statement_failed");
    expect(await fault(upload("/etc/interlock-test", pieces("x")))).toBe("statement_failed");
  });

  it("opens the connection again when it was cut", async () => {
    await files.stat(home, never());
    sshd.cut();
    await expect
      .poll(() =>
        files.stat(home, never()).then(
          ({ kind }) => kind,
          () => "broken",
        ),
      )
      .toBe("folder");
    expect(sshd.connections()).toHaveLength(1);
  });

  it("says that a host cannot be reached or has no SFTP", async () => {
    const bare = await startSshd({ sftp: false });
    const other = ssh.open({ connectionName: "x", secret: ssh.readSecret(bare.secret()), maskedColumns: () => [] });
    try {
      await expect(other.fileSystem!.stat("/", never())).rejects.toMatchObject({ code: "statement_failed" });
      await bare.close();
      await expect(other.fileSystem!.stat("/", never())).rejects.toMatchObject({ code: "target_down" });
    } finally {
      await other.close();
      await bare.close();
    }
  });

  it("says that the host's disk is full, and leaves nothing of the file", async () => {
    const path = folder("small");
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=256k,mode=777`, "tmpfs", path]).status === 0;
    if (!mounted) {
      stderr.write("NOT RUN: a full disk of a host. This account may not mount a small one: run it as root.\n");
      return;
    }
    try {
      writeFileSync(join(path, "kept"), "old");
      chownSync(join(path, "kept"), statSync(home).uid, statSync(home).gid);
      const writing = upload(join(path, "kept"), pieces(Buffer.alloc(1024 * 1024, "x")), { overwrite: true });
      await expect(writing).rejects.toMatchObject({ code: "storage_full", message: expect.stringContaining("its disk is full") });
      expect(readFileSync(join(path, "kept"), "utf8")).toBe("old");
      expect(readdirSync(path)).toEqual(["kept"]);
    } finally {
      spawnSync("umount", [path]);
    }
  });
});
