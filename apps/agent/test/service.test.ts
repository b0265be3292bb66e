import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { verifyChain } from "@interlock/audit";
import { auditHead, auditRows, createDb, hashToken, newToken, type Db } from "@interlock/db";
import { migrate } from "@interlock/db/migrate";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { LIMITS, type Command } from "@interlock/protocol";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tidyUp } from "../src/housekeeping.ts";
import { createLog } from "../src/log.ts";
import { RoomHub } from "../src/room/room-hub.ts";
import { Timeline } from "../src/timeline.ts";
import { SECRET, startAgentProcess, type AgentProcess } from "./agent-process.ts";

/** The agent as a process of its own, on servers that can be taken away from it. */
const ROLE = { name: "interlock_reader", password: "s3cret-of-the-target" };

let own: TestPostgres;
let targets: TestPostgres;
let agent: AgentProcess;
let db: Db;
let key: string;
let token: string;
let roomId: string;
beforeAll(async () => {
  [own, targets] = await Promise.all([startTestPostgres(), startTestPostgres()]);
  await migrate(own.url);
  const url = new URL(await targets.createDatabase("payments"));
  const owner = new Client({ connectionString: url.href });
  await owner.connect();
  await owner.query(`CREATE ROLE ${ROLE.name} LOGIN PASSWORD '${ROLE.password}'; CREATE TABLE public.orders AS SELECT 1 AS id`);
  await owner.query(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${ROLE.name}; ANALYZE`);
  await owner.end();
  [url.username, url.password] = [ROLE.name, ROLE.password];
  key = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64");
  const environment = { INTERLOCK_KEY: key, INTERLOCK_LOG_LEVEL: "trace" };
  agent = await startAgentProcess({ databaseUrl: own.url, demoTarget: { read: url.href, write: url.href }, environment });
  db = createDb(own.url);
  token = newToken();
  const user = await db.user.findUniqueOrThrow({ where: { name: "oncall" } });
  await db.apiToken.create({ data: { userId: user.id, hash: hashToken(token) } });
  roomId = (await db.room.findFirstOrThrow()).id;
});
afterAll(async () => {
  await agent?.dispose();
  await db?.$disconnect();
  await Promise.all([own?.stop(), targets?.stop()]);
});

function call(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`http://127.0.0.1:${agent.port}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function ran(text: string): Promise<Command> {
  const proposed = (await (await call("POST", `/rooms/${roomId}/commands`, { connection: "payments-db", text })).json()) as Command;
  const now = async (): Promise<Command> => (await (await call("GET", `/commands/${proposed.id}`)).json()) as Command;
  await expect.poll(async () => (await now()).state, { timeout: 20_000 }).not.toMatch(/approved|running/);
  return now();
}

const health = async (): Promise<[number, unknown]> => {
  const response = await fetch(`http://127.0.0.1:${agent.port}/api/v1/health`);
  return [response.status, await response.json()];
};

test("I13: a body over the limit is answered, and breaks no connection that the next request uses", async () => {
  const over = { title: "x".repeat(LIMITS.requestBytes + 100_000) };
  for (let turn = 0; turn < 6; turn++) {
    const refused = await call("POST", "/rooms", over);
    expect([refused.status, await refused.json()]).toMatchObject([413, { code: "too_large", detail: expect.stringContaining("1048576") }]);
    expect((await call("POST", "/rooms", {})).status).toBe(400);
  }
});

test("I12: a full disk ends the run with storage_full, keeps what was recorded, and loses nothing else", async () => {
  // The process may write no file beyond this size: the same errors as those of a disk that is full.
  const limit = (bytes: string): Promise<unknown> => promisify(execFile)("prlimit", ["--pid", String(agent.pid), `--fsize=${bytes}`]);
  await limit("1000000:unlimited");
  try {
    const command = await ran("SELECT i, repeat('x', 1000) FROM generate_series(1, 100000) i");
    expect(command).toMatchObject({
      state: "failed",
      execution: { error: { code: "storage_full" }, results: [{ done: true, truncated: true }] },
    });
    expect(command.execution?.error?.message).toContain("no room left");
    const lines = (await (await call("GET", `/commands/${command.id}/result`)).text()).trim().split("\n");
    expect(lines).toHaveLength((command.execution?.results[0]?.rows ?? -1) + 2);
    expect(lines.length).toBeGreaterThan(2);
    expect(await ran("SELECT 1")).toMatchObject({ state: "succeeded" });
  } finally {
    await limit("unlimited:unlimited");
  }
  expect(await ran("SELECT i, repeat('x', 1000) FROM generate_series(1, 5000) i")).toMatchObject({ state: "succeeded" });
  expect(await verifyChain(auditRows(db), await auditHead(db))).toMatchObject({ ok: true });
});

test("I9: no credential is in the log, in answers, in the audit log or in files of others", async () => {
  await call("POST", "/analyze", { connection: "payments-db", text: "DELETE FROM public.orders" });
  await ran("SELECT current_user, * FROM public.orders");
  await ran("SELECT nonsense FROM nowhere");
  const answers = ["/connections", "/rooms", `/rooms/${roomId}/commands`, "/audit", "/openapi.json", "/nothing"];
  const said = await Promise.all(answers.map(async (path) => (await call("GET", path)).text()));
  said.push(JSON.stringify(await health()), agent.output());
  for await (const { data, actor } of auditRows(db)) said.push(`${actor} ${data}`);
  const ownPassword = new URL(own.url).password;
  for (const text of said)
    for (const secret of [ROLE.password, ownPassword, key, SECRET, token, "postgres://"]) expect(text).not.toContain(secret);
  expect(agent.output()).toContain('"msg":"ready"');
  expect((await stat(join(agent.home, "demo-target.json"))).mode & 0o077).toBe(0);
  expect((await stat(join(agent.home, "results"))).mode & 0o077).toBe(0);
  // It starts no children; what they would inherit stays here.
  const children = await readFile(`/proc/${agent.pid}/task/${agent.pid}/children`, "utf8").catch(() => "");
  expect(children.trim()).toBe("");
});

test("a second agent on the same database ends at once and says why", { timeout: 30_000 }, async () => {
  const second = startAgentProcess({ databaseUrl: own.url });
  const failure = await second.then(
    (wrong) => wrong.dispose().then(() => undefined),
    (error: Error) => error.message,
  );
  expect(failure).toContain("ended with 1");
  expect(failure).toContain("Another Interlock agent works on this database");
  expect((await health())[0]).toBe(200);
});

test("an agent whose lock was lost takes it again and goes on", async () => {
  const holders = async (): Promise<number[]> =>
    (await db.$queryRaw<{ pid: number }[]>`SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted`).map(
      ({ pid }) => pid,
    );
  const [before] = await holders();
  await db.$queryRaw`SELECT pg_terminate_backend(${before}::int)`;
  await expect.poll(async () => (await holders()).filter((pid) => pid !== before).length, { timeout: 5_000 }).toBe(1);
  expect((await health())[0]).toBe(200);
});

test("results past their retention are removed and the log says so; keys and tickets nobody can use go silently", async () => {
  const [old, fresh] = [await ran("SELECT 1 AS old"), await ran("SELECT 1 AS fresh")];
  const oldId = old.execution!.id;
  const day = 24 * 60 * 60 * 1000;
  await db.execution.update({ where: { id: oldId }, data: { endedAt: new Date(Date.now() - 31 * day) } });
  const results = join(agent.home, "results");
  await mkdir(join(results, "not-ours"));
  await writeFile(join(results, "note.txt"), "");
  const userId = (await db.user.findFirstOrThrow()).id;
  const keyed = (name: string, age: number) => ({
    key: name,
    userId,
    fingerprint: "",
    status: 201,
    body: "",
    createdAt: new Date(Date.now() - age),
  });
  await db.idempotencyKey.createMany({ data: [keyed("old", 8 * day), keyed("fresh", day)] });
  await db.ticket.create({ data: { hash: "old", userId, sessionId: crypto.randomUUID(), expiresAt: new Date(Date.now() - 1) } });

  await tidyUp({ db, timeline: new Timeline(db, new RoomHub()), results, resultDays: 30, log: createLog("silent") });
  const left = await readdir(results);
  expect(left).not.toContain(oldId);
  expect(left).toEqual(expect.arrayContaining([fresh.execution!.id, "not-ours", "note.txt"]));
  expect((await db.idempotencyKey.findMany({ where: { key: { in: ["old", "fresh"] } } })).map(({ key: name }) => name)).toEqual(["fresh"]);
  expect(await db.ticket.count({ where: { hash: "old" } })).toBe(0);
  const events = await db.auditEvent.findMany({ where: { type: "result.removed" } });
  expect(events.map(({ commandId, data }) => [commandId, JSON.parse(data)])).toMatchObject([[old.id, { executionId: oldId, days: 30 }]]);
  expect([
    (await call("GET", `/commands/${old.id}/result`)).status,
    await (await call("GET", `/commands/${old.id}/result`)).json(),
  ]).toMatchObject([404, { code: "not_found" }]);
});

test("health is 503 and names the part that does not answer: first the demo target, then the database", { timeout: 60_000 }, async () => {
  const listed = async (query = ""): Promise<unknown> => (await call("GET", `/connections${query}`)).json();
  expect(await health()).toEqual([200, { ok: true, database: "up", agent: "up", target: "up" }]);
  expect(await listed()).toMatchObject([{ name: "payments-db", status: "up" }]);
  await targets.stop();
  // Who wants names only does not wait for targets.
  expect(await listed("?ping=false")).toMatchObject([{ name: "payments-db", status: "up" }]);
  expect(await listed()).toMatchObject([{ name: "payments-db", status: "down" }]);
  expect(await listed("?ping=false")).toMatchObject([{ name: "payments-db", status: "down" }]);
  expect(await health()).toEqual([503, { ok: false, database: "up", agent: "up", target: "down" }]);
  const refused = await call("POST", `/rooms/${roomId}/commands`, { connection: "payments-db", text: "SELECT 1" });
  expect([refused.status, await refused.json()]).toMatchObject([503, { code: "target_down" }]);
  await own.stop();
  expect(await health()).toMatchObject([503, { ok: false, database: "down", agent: "up" }]);
});
