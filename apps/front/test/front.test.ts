import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "@interlock/db/free-port";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

const FIXTURE = fileURLToPath(new URL("./fixture-front.ts", import.meta.url));
let folder: string;
let home: string;
let temporary: string;
let port: number;
const running: ChildProcess[] = [];
/** What a first start left: to make a database takes most of one. */
let model: string;

beforeAll(async () => {
  await makeFolder();
  model = folder;
  const { child, stderr } = await start();
  if (child.exitCode !== null) throw new Error(`the first start failed: ${stderr()}`);
  await stopAll();
});
afterAll(() => remove(model));
beforeEach(makeFolder);
afterEach(async () => {
  await stopAll();
  await remove(folder);
});

async function makeFolder(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "interlock-front-"));
  home = join(folder, "home");
  temporary = await mkdtemp(join(folder, "tmp-"));
  port = await freePort();
}

async function stopAll(): Promise<void> {
  const left = running.splice(0).filter((child) => child.exitCode === null && child.signalCode === null);
  await Promise.all(left.map((child) => (child.kill("SIGTERM"), once(child, "exit"))));
}

const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 30, retryDelay: 200 });

/** With its owners: PostgreSQL runs as somebody else where everything else runs as root. */
const startedBefore = (): Promise<unknown> => promisify(execFile)("cp", ["-a", join(model, "home"), home]);

interface Run {
  child: ChildProcess;
  stderr: () => string;
}

/** `INTERLOCK_DEMO=0`: the demo target has tests of its own; here it would only cost time. */
async function start(options: { agent?: string; args?: string[]; env?: Record<string, string> } = {}): Promise<Run> {
  const env = { PATH: process.env["PATH"], HOME: folder, TMPDIR: temporary, PORT: String(port), INTERLOCK_HOME: home, INTERLOCK_DEMO: "0" };
  const child = spawn(process.execPath, [FIXTURE, options.agent ?? "agent", ...(options.args ?? [])], {
    env: { ...env, ...options.env } as unknown as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let stderr = "";
  child.stderr?.on("data", (data) => (stderr += String(data)));
  let stdout = "";
  await new Promise<void>((settled) => {
    child.stdout?.on("data", (data) => (stdout += String(data)).includes("ready\n") && settled());
    child.once("close", () => settled());
  });
  return { child, stderr: () => stderr };
}

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers });
const json = async (path: string): Promise<{ from: string; pid: number; headers: Record<string, string> }> =>
  (await get(path)).json() as never;
const facts = async (): Promise<{ pid: number; url: string; databaseUrl: string }> =>
  JSON.parse(await readFile(join(home, "front.json"), "utf8")) as never;

/** A process that has ended and that nobody has asked for yet (a container may have no init that does) is not alive. */
function isAlive(pid: number): boolean {
  try {
    if (process.platform === "linux") return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function databaseProcess(): Promise<number> {
  return Number((await readFile(join(home, "postgres", "postmaster.pid"), "utf8")).split("\n")[0]);
}

async function ask(sql: string): Promise<unknown> {
  const client = new Client({ connectionString: (await facts()).databaseUrl });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: "array" })).rows[0]?.[0];
  } finally {
    await client.end();
  }
}

test("brings everything up behind one port, and SIGTERM leaves nothing running and nothing in the temporary folder", async () => {
  const { child } = await start();
  expect(await json("/api/v1/health")).toMatchObject({ from: "agent", headers: { host: `127.0.0.1:${port}` } });
  const page = await get("/rooms", { "x-forwarded-host": "evil.example" });
  expect(page.headers.get("x-content-type-options")).toBe("nosniff");
  expect(page.headers.get("referrer-policy")).toBe("same-origin");
  expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(((await page.json()) as { headers: Record<string, string> }).headers["x-forwarded-host"]).toBe(`127.0.0.1:${port}`);
  expect(await ask(`SELECT count(*)::int FROM "_prisma_migrations" WHERE finished_at IS NOT NULL`)).toBeGreaterThan(0);
  expect(await ask("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).toBe(false);
  const pids = [(await json("/api/v1/x")).pid, (await json("/x")).pid, await databaseProcess()];
  expect(new Set(pids).size).toBe(3);
  const started = performance.now();
  child.kill("SIGTERM");
  expect((await once(child, "exit"))[0]).toBe(0);
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
  expect(await readdir(home)).not.toContain("front.json");
  for (const name of ["secrets.json"]) expect((await stat(join(home, name))).mode & 0o777).toBe(0o600);
});

test("I9: the database's process is told no credential, neither by environment nor by command line", async () => {
  await startedBefore();
  await start({ env: { AWS_SECRET_ACCESS_KEY: "operators-own", PGPASSWORD: "operators-too" } });
  const secrets = Object.values(JSON.parse(await readFile(join(home, "secrets.json"), "utf8")) as Record<string, string>);
  const pid = await databaseProcess();
  const [environment, line] = await Promise.all([readFile(`/proc/${pid}/environ`, "utf8"), readFile(`/proc/${pid}/cmdline`, "utf8")]);
  expect(secrets.length).toBeGreaterThan(2);
  for (const secret of [...secrets, "operators-", "DATABASE_URL", "INTERLOCK_KEY", "postgres://"])
    for (const said of [environment, line]) expect(said.includes(secret), secret.slice(0, 3)).toBe(false);
});

test("killed with -9, nothing of it stays and the next start finds everything, in under 5 s", async () => {
  await startedBefore();
  const first = await start();
  await ask("CREATE TABLE kept AS SELECT 5 AS five");
  const pids = [(await json("/api/v1/x")).pid, (await json("/x")).pid, await databaseProcess()];
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  const started = performance.now();
  const second = await start();
  expect(second.child.exitCode).toBeNull();
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(await ask("SELECT five FROM kept")).toBe(5);
  expect(pids.filter(isAlive)).toEqual([]);
});

test("an agent that crashes is started again; meanwhile pages are served and its own answers say what is going on", async () => {
  await startedBefore();
  await start();
  const before = await json("/api/v1/health");
  const web = await json("/");
  await get("/api/v1/die").catch(() => {});
  const during = await get("/api/v1/health");
  if (during.status === 503) {
    expect(during.headers.get("content-type")).toBe("application/problem+json");
    expect(await during.json()).toMatchObject({ status: 503, code: "internal" });
  }
  expect((await json("/")).pid).toBe(web.pid);
  await expect.poll(async () => (await get("/api/v1/health")).status, { timeout: 10_000 }).toBe(200);
  expect((await json("/api/v1/health")).pid).not.toBe(before.pid);
});

test("a child that ignores the request to end does not hold up the stop, and databases go last", async () => {
  await startedBefore();
  const { child } = await start({ agent: "stubborn" });
  const { pid } = await json("/api/v1/x");
  const database = await databaseProcess();
  const started = performance.now();
  child.kill("SIGTERM");
  let leftAlone = false;
  await expect
    .poll(
      () => {
        // The database is looked at first: once it is gone, a child that is still there was left without one.
        const databaseGone = !isAlive(database);
        const childThere = isAlive(pid);
        leftAlone ||= databaseGone && childThere;
        return childThere;
      },
      { timeout: 5_000, interval: 10 },
    )
    .toBe(false);
  expect(leftAlone).toBe(false);
  if (child.exitCode === null) await once(child, "exit");
  expect(child.exitCode).toBe(0);
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(isAlive(database)).toBe(false);
});

test("when the agent cannot start, nothing stays up and the reason is said", async () => {
  const { child, stderr } = await start({ agent: "broken" });
  expect(child.exitCode).toBe(1);
  expect(stderr()).toContain("the agent has a reason");
  await expect(get("/")).rejects.toThrow();
  expect(await readdir(temporary)).toEqual([]);
  await expect(readFile(join(home, "postgres", "postmaster.pid"))).rejects.toThrow();
});

test("told to stop while it is seeding, it stops within 5 s, and the next start begins where nothing was", async () => {
  const starting = start({ env: { INTERLOCK_DEMO: "1" } });
  await expect
    .poll(
      () =>
        stat(join(home, "demo-target", "postmaster.pid")).then(
          () => true,
          () => false,
        ),
      { timeout: 20_000 },
    )
    .toBe(true);
  const [child] = running;
  const before = performance.now();
  child?.kill("SIGTERM");
  await starting;
  expect(performance.now() - before).toBeLessThan(5_000);
  expect(child?.exitCode).toBe(0);
  await expect(readFile(join(home, "postgres", "postmaster.pid"))).rejects.toThrow();
  await expect(readFile(join(home, "demo-target", "postmaster.pid"))).rejects.toThrow();
  await start({ env: { INTERLOCK_DEMO: "1" } });
  expect((await stat(join(home, "demo-target.json"))).mode & 0o777).toBe(0o600);
});

test("says so when the port is taken, and when the folder is", async () => {
  await startedBefore();
  const other = createServer().listen(port, "127.0.0.1");
  await once(other, "listening");
  const refused = await start();
  other.close();
  expect(refused.child.exitCode).toBe(1);
  expect(refused.stderr()).toContain(`Port ${port} is in use`);
  const first = await start();
  const second = await start({ env: { PORT: String(await freePort()) } });
  expect(second.child.exitCode).toBe(1);
  expect(second.stderr()).toContain(`Another Interlock (process ${first.child.pid})`);
  expect((await get("/")).status).toBe(200);
});

test("--reset starts over, but not in a folder that is not ours", async () => {
  await startedBefore();
  const first = await start();
  await ask("CREATE TABLE kept AS SELECT 1");
  const second = await start({ args: ["--reset"], env: { PORT: String((port = await freePort())) } });
  expect(second.child.exitCode).toBeNull();
  expect(first.child.exitCode ?? first.child.signalCode).not.toBeNull();
  expect(await ask("SELECT to_regclass('kept')")).toBeNull();
  second.child.kill("SIGTERM");
  await once(second.child, "exit");
  await writeFile(join(home, "thesis.tex"), "years of work");
  const third = await start({ args: ["--reset"] });
  expect(third.child.exitCode).toBe(1);
  expect(third.stderr()).toContain("thesis.tex is not Interlock's");
  expect(await readdir(home)).toContain("postgres");
});

test("a database that ends by itself ends the service, with a reason", async () => {
  await startedBefore();
  const { child, stderr } = await start();
  process.kill(await databaseProcess(), "SIGKILL");
  expect((await once(child, "exit"))[0]).toBe(1);
  expect(stderr()).toContain("ended by itself");
});

test("a demo target that ends by itself is said to, and everything else goes on", { timeout: 180_000 }, async () => {
  await startedBefore();
  const { child, stderr } = await start({ env: { INTERLOCK_DEMO: "1" } });
  const [pid] = (await readFile(join(home, "demo-target", "postmaster.pid"), "utf8")).split("\n");
  process.kill(Number(pid), "SIGKILL");
  await expect.poll(stderr).toContain("The demo target");
  expect([child.exitCode, (await get("/")).status, await ask("SELECT 1")]).toEqual([null, 200, expect.anything()]);
  child.kill("SIGTERM");
  expect((await once(child, "exit"))[0]).toBe(0);
});

test("sockets are passed on both ways, and a host that is not ours is refused", async () => {
  await startedBefore();
  await start();
  const shake = (host: string): Promise<string> =>
    new Promise((done, failed) => {
      const socket = connect(port, "127.0.0.1", () =>
        socket.write(`GET /ws/room/1?v=1 HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`),
      );
      let text = "";
      socket.on("error", failed);
      socket.on("data", (data) => {
        text += String(data);
        if (text.includes("\r\n\r\n") && !text.includes("ping")) socket.write("ping");
        if (text.includes("ping")) socket.destroy();
      });
      socket.on("close", () => done(text));
    });
  expect(await shake(`127.0.0.1:${port}`)).toMatch(/^HTTP\/1\.1 101 .*ping$/s);
  expect(await shake(`localhost:${port}`)).toMatch(/ 101 /);
  expect(await shake("rebound.example")).toMatch(/^HTTP\/1\.1 421 /);
});
