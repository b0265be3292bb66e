import { spawn, type ChildProcess } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { giveTo, launchAs, serverAccount } from "../src/postgres/account.ts";
import { installedBinaries } from "../src/postgres/binaries.ts";
import { startPostgres, type PostgresServer } from "../src/postgres/start-postgres.ts";

const isRoot = process.getuid?.() === 0;
const STARTER = fileURLToPath(new URL("./fixture-starter.ts", import.meta.url));
let folder: string;
let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "interlock-start-"));
  dataDir = join(folder, "data");
  await chmod(folder, 0o755);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

const start = (settings: Record<string, string> = { fsync: "off" }): Promise<PostgresServer> =>
  startPostgres({ dataDir, superuserPassword: "p@ss/word", settings, log: () => {} });

async function ask<T>(url: string, sql: string): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const [row] = (await client.query({ text: sql, rowMode: "array" })).rows as T[][];
    return row?.[0] as T;
  } finally {
    await client.end();
  }
}

/** A process that holds a server, to be killed. */
async function starter(): Promise<{ child: ChildProcess; pid: number; url: string }> {
  const child = spawn(process.execPath, [STARTER, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const line = await new Promise<string>((said) => createInterface({ input: child.stdout! }).once("line", said));
  return { child, ...(JSON.parse(line) as { pid: number; url: string }) };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test("starts, keeps its data over a restart, and listens on loopback with a password only", async () => {
  const first = await start({});
  expect(await ask(first.url, "SELECT current_setting('fsync')")).toBe("on");
  expect(await ask(first.url, "SELECT current_setting('listen_addresses')")).toBe("127.0.0.1");
  expect(await ask(first.url, "SELECT current_setting('unix_socket_directories')")).toBe("");
  expect(await ask(first.url, "SELECT current_setting('server_encoding')")).toBe("UTF8");
  const stranger = new URL(first.url);
  stranger.password = "guess";
  await expect(ask(stranger.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  await ask(first.url, "CREATE TABLE kept AS SELECT 1 AS one");
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  const second = await start();
  expect(await ask(second.url, "SELECT one FROM kept")).toBe(1);
  await second.stop();
  expect((await readdir(folder)).sort()).toEqual(["data"]);
});

test("stops soon after the process that wanted it is killed, and the next start finds everything committed", async () => {
  const { child, pid, url } = await starter();
  await ask(url, "CREATE TABLE kept AS SELECT 7 AS seven");
  child.kill("SIGKILL");
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  const again = await startPostgres({ dataDir, superuserPassword: "fixture", log: () => {} });
  expect(await ask(again.url, "SELECT seven FROM kept")).toBe(7);
  await again.stop();
});

test("a server still running on the folder is stopped first", async () => {
  const left = await starter();
  const said: string[] = [];
  const server = await startPostgres({ dataDir, superuserPassword: "fixture", log: (line) => said.push(line) });
  expect(isAlive(left.pid)).toBe(false);
  expect(said[0]).toContain(`(process ${left.pid})`);
  await server.stop();
});

test("a lock file that names some other living program blocks nothing and harms nobody", async () => {
  await (await start()).stop();
  await writeFile(join(dataDir, "postmaster.pid"), `${process.pid}\n${dataDir}\n`);
  const server = await start();
  expect(await ask(server.url, "SELECT 1")).toBe(1);
  await server.stop();
});

test("survives the server's own death by kill -9", async () => {
  const first = await start();
  await ask(first.url, "CREATE TABLE kept AS SELECT 3 AS three");
  process.kill(first.pid, "SIGKILL");
  await first.exited;
  const again = await start();
  expect(await ask(again.url, "SELECT three FROM kept")).toBe(3);
  await again.stop();
});

test("a folder whose first initialisation was interrupted is initialised again", async () => {
  await mkdir(`${dataDir}.new`, { recursive: true });
  await writeFile(`${dataDir}.new/PG_VERSION`, "18\n");
  const server = await start();
  expect(await ask(server.url, "SELECT 1")).toBe(1);
  await server.stop();
});

test("says why when it cannot start", async () => {
  await (await start()).stop();
  await expect(start({ shared_buffers: "nonsense" })).rejects.toThrow(/did not start: .*shared_buffers/s);
});

test("hydrates the package's links once, also when asked twice at once", async () => {
  const [one, two] = await Promise.all([installedBinaries(), installedBinaries()]);
  expect(one).toEqual(two);
  for (const path of [one.initdb, one.postgres]) expect((await stat(path)).mode & 0o111).not.toBe(0);
  const links = JSON.parse(await readFile(join(one.root, "pg-symlinks.json"), "utf8")) as { target: string }[];
  for (const { target } of links) expect((await stat(join(one.root, "..", target))).isFile()).toBe(true);
});

test.runIf(isRoot)("as root the server runs as somebody else", async () => {
  const server = await start();
  const status = await readFile(`/proc/${server.pid}/status`, "utf8");
  expect(Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])).not.toBe(0);
  expect(/^CapEff:\s+(\w+)/m.exec(status)?.[1]).toBe("0000000000000000");
  await server.stop();
});

test.runIf(isRoot)("as root in a folder others cannot enter, data and binaries included", async () => {
  const closed = await mkdtemp(join(homedir(), ".interlock-closed-"));
  try {
    expect((await stat(closed)).mode & 0o077).toBe(0);
    // The data folder lies in the closed folder.
    dataDir = join(closed, "deep", "data");
    const server = await start();
    expect(await ask(server.url, "SELECT 1")).toBe(1);
    const status = await readFile(`/proc/${server.pid}/status`, "utf8");
    expect(Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])).not.toBe(0);
    // One of the two capabilities that pass closed folders, nothing else of root.
    expect(["0000000000000002", "0000000000000004"]).toContain(/^CapEff:\s+(\w+)/m.exec(status)?.[1]);
    await server.stop();
    // And a checkout there: the very binaries lie in it.
    const { root } = await installedBinaries();
    await cp(dirname(root), join(closed, "package"), { recursive: true, verbatimSymlinks: true });
    const initdb = join(closed, "package", "native", "bin", "initdb");
    const fresh = join(closed, "fresh");
    await mkdir(fresh, { mode: 0o700 });
    const account = await serverAccount(fresh);
    await giveTo(account, fresh);
    const how = await launchAs(account, initdb, ["-D", fresh, "-U", "postgres", "--no-sync"], [fresh]);
    const child = spawn(how.command, how.args, { stdio: "ignore", cwd: closed });
    expect(await new Promise((ended) => child.once("exit", ended))).toBe(0);
    expect((await stat(join(fresh, "PG_VERSION"))).isFile()).toBe(true);
  } finally {
    await rm(closed, { recursive: true, force: true });
  }
});
