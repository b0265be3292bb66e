import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { postgres } from "../../src/index.ts";
import { isFor, schemaFor } from "./schema.ts";

/**
 * Definitions that cannot be taken back are watched from beside: another session keeps definitions off the relation, and what the statement
 * then waits for is read from pg_locks. Afterwards it runs for good.
 */
let server: TestPostgres;
let watcher: Client;
let runner: Client;
let keeper: Client;
let target: Target;

beforeAll(async () => {
  server = await startTestPostgres({ wal_level: "logical" });
  [watcher, runner, keeper] = [0, 1, 2].map(() => new Client({ connectionString: server.url })) as [Client, Client, Client];
  for (const client of [watcher, runner, keeper]) await client.connect();
  await watcher.query(await schemaFor(server.version));
  target = postgres.open({ connectionName: "app", secret: { read: server.url }, maskedColumns: () => [] });
}, 120_000);

afterAll(async () => {
  await target?.close();
  for (const client of [watcher, runner, keeper]) await client?.end();
  await server?.stop();
});

const impactOf = (text: string) => target.impact(text, { signal: new AbortController().signal, exact: true });
const fileOf = async (name: string): Promise<string> =>
  (await watcher.query("select pg_relation_filenode($1::regclass)::text as node", [name])).rows[0].node;

/** The first lock the runner waits for, as `schema.relation/Mode`. */
async function awaited(pid: number, done: Promise<unknown>): Promise<string> {
  let over = false;
  const end = () => void (over = true);
  done.then(end, end);
  for (;;) {
    if (over) return "nothing";
    const { rows } = await watcher.query(
      `select n.nspname || '.' || c.relname || '/' || l.mode as lock from pg_locks l join pg_class c on c.oid = l.relation
         join pg_namespace n on n.oid = c.relnamespace where l.pid = $1 and not l.granted and l.locktype = 'relation'`,
      [pid],
    );
    if (rows[0]) return rows[0].lock;
    await sleep(10);
  }
}

test.each([
  // statement, the relation kept from it, the lock it then waits for, whether that relation is written anew
  ["create index concurrently plain_n on app.plain (n)", "app.plain", "ShareUpdateExclusiveLock", false],
  ["create unique index concurrently if not exists plain_v on app.plain (v)", "app.plain", "ShareUpdateExclusiveLock", false],
  ["reindex index concurrently app.customers_name", "app.customers", "ShareUpdateExclusiveLock", false],
  ["reindex table concurrently app.customers", "app.customers", "ShareUpdateExclusiveLock", false],
  ["reindex (concurrently) table app.orders -- since 14", "app.orders", "ShareUpdateExclusiveLock", false],
  ["reindex table app.events -- since 14", "app.events_1", "ShareLock", false],
  ["reindex index app.events_kind -- since 14", "app.events_1", "ShareLock", false],
  ["reindex schema doomed", "doomed.a", "ShareLock", false],
  ["drop index concurrently app.customers_note", "app.customers", "ShareUpdateExclusiveLock", false],
  ["alter table app.parts detach partition app.parts_b concurrently -- since 14", "app.parts", "ShareUpdateExclusiveLock", false],
  ["vacuum app.customers", "app.customers", "ShareUpdateExclusiveLock", false],
  ["vacuum (analyze) app.orders", "app.orders", "ShareUpdateExclusiveLock", false],
  ["vacuum app.events", "app.events_2a", "ShareUpdateExclusiveLock", false],
  ["vacuum full app.lonely_table", "app.lonely_table", "AccessExclusiveLock", true],
  ["vacuum (full, analyze) app.customers", "app.customers", "AccessExclusiveLock", true],
  ["vacuum (full off) app.customers", "app.customers", "ShareUpdateExclusiveLock", false],
  ["vacuum", "app.items", "ShareUpdateExclusiveLock", false],
  ["cluster", "app.clustered", "AccessExclusiveLock", true],
] as const)("waits for what was said: %s", async (line, relation, mode, rewritten) => {
  if (!isFor(line, server.version)) return;
  const text = line.replace(/ -- .*$/, "");
  const impact = await impactOf(text);
  const statement = impact.statements[0]!;
  expect(impact.complete).toBe(true);
  expect(statement.willFail).toEqual([]);
  expect(statement.locks).toContainEqual({ object: relation, mode });
  expect(statement.rewrites.includes(relation)).toBe(rewritten);
  const before = await fileOf(relation);
  const pid = (await runner.query("select pg_backend_pid() as pid")).rows[0].pid;
  await keeper.query("begin");
  await keeper.query(`lock table only ${relation} in share update exclusive mode`);
  const running = runner.query(text);
  try {
    const done = running.then(() => "it did not wait");
    expect(await Promise.race([awaited(pid, done), done])).toBe(`${relation}/${mode}`);
  } finally {
    await keeper.query("rollback");
    await running;
  }
  expect((await fileOf(relation)) !== before).toBe(rewritten);
});

test.each([
  ["create database other", "schema", { kind: "database", object: "other" }, true],
  ["alter database other set work_mem = '8MB'", "privilege", { kind: "database", object: "other" }, true],
  ["alter system set work_mem = '8MB'", "privilege", { kind: "server configuration", object: "work_mem" }, true],
  ["alter system reset work_mem", "privilege", { kind: "server configuration", object: "work_mem" }, true],
  ["drop database other", "schema", { kind: "database", object: "other" }, false],
] as const)("names what lies beside all relations: %s", async (text, effect, object, complete) => {
  const impact = await impactOf(text);
  expect(impact.effect).toBe(effect);
  expect(impact.complete).toBe(complete);
  expect(impact.statements[0]!.effects).toContainEqual(expect.objectContaining(object));
  expect(impact.statements[0]!.locks).toEqual([]);
  await runner.query(text);
});
