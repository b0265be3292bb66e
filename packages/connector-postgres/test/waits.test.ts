import { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import type { Impact, Statement } from "@interlock/protocol";
import { postgres } from "../src/index.ts";

/** Who is in the way right now, with real sessions that hold locks and queue for them. */
let server: TestPostgres;
let client: Client;
let target: Target;
const others: Client[] = [];
const signal = new AbortController().signal;

beforeAll(async () => {
  server = await startTestPostgres({ max_prepared_transactions: "2" });
  client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(`
    create schema s;
    create table s.a (id serial primary key, v int default 5 check (v > 0));
    create view s.seen as select id from s.a;
    create function s.ids() returns bigint begin atomic select count(*) from s.a; end;
    create table s.b (id int primary key, a_id int references s.a on delete cascade);
    create index b_a on s.b (a_id);
    create table s.part (id int, v text) partition by range (id);
    create table s.part_low partition of s.part for values from (0) to (100);
    create table s.part_high partition of s.part for values from (100) to (1000);
    create table s.apart (id int);
    insert into s.a select i from generate_series(1, 10) i;
    insert into s.b select i, i from generate_series(1, 10) i;
    create role plain login password 'plain';
    grant usage on schema s to plain;
    grant select, insert, update, delete on all tables in schema s to plain;
    analyze`);
  target = open(server.url);
  await impact("select 1");
}, 120_000);

afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.end()));
});

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

const open = (url: string): Target => postgres.open({ connectionName: "waits", secret: { read: url }, maskedColumns: () => [] });
const impact = (text: string, of = target): Promise<Impact> => of.impact(text, { signal, exact: true });
const waitsOf = async (text: string, of = target): Promise<Statement["waits"]> => (await impact(text, of)).statements[0]!.waits;

/** A session that has done this in a transaction it keeps open; its process id. */
async function holding(text: string): Promise<number> {
  const other = new Client({ connectionString: server.url });
  await other.connect();
  others.push(other);
  await other.query(`begin; ${text}`);
  return pidOf(other);
}

/** A session that waits for a lock to do this; its process id. Resolves when the server shows it waiting. */
async function queueing(text: string): Promise<number> {
  const other = new Client({ connectionString: server.url });
  await other.connect();
  others.push(other);
  const pid = pidOf(other);
  // It ends with its session.
  other.query(text).catch(() => {});
  for (;;) {
    const { rowCount } = await client.query("select from pg_locks where pid = $1 and not granted", [pid]);
    if (rowCount! > 0) return pid;
  }
}

const pidOf = (of: Client): number => (of as unknown as { processID: number }).processID;
const inTheWay = (waits: Statement["waits"]): string[] => waits.map(({ object, mode, blockedBy }) => `${blockedBy.pid} ${object} ${mode}`);

test.each([
  ["lock table s.a in share mode", "delete from s.a where id = 1", "s.a", "RowExclusiveLock"],
  ["lock table s.b in share mode", "delete from s.a where id = 1", "s.b", "RowExclusiveLock"],
  ["lock table s.a in exclusive mode", "insert into s.b values (100, 1)", "s.a", "RowShareLock"],
  ["select from s.part_low", "alter table s.part add column x int", "s.part_low", "AccessExclusiveLock"],
  ["insert into s.part values (1)", "create index on s.part (v)", "s.part_low", "ShareLock"],
  ["lock table s.part in share row exclusive mode", "insert into s.part_low values (1)", "s.part_low", "RowExclusiveLock"],
  ["select from s.b where a_id = 3", "drop index s.b_a", "s.b", "AccessExclusiveLock"],
  ["select from s.a", "truncate s.a cascade", "s.a", "AccessExclusiveLock"],
  ["lock table only s.a in access exclusive mode", "select * from s.seen", "s.a", "AccessShareLock"],
])("%s is in the way of %s", async (held, text, object, mode) => {
  const pid = await holding(held);
  const found = await waitsOf(text);
  expect(inTheWay(found)).toContain(`${pid} ${object} ${mode}`);
  expect(new Set(found.map(({ blockedBy }) => blockedBy.pid))).toEqual(new Set([pid]));
  expect(found[0]!.blockedBy).toMatchObject({ user: "postgres", query: `begin; ${held}` });
  expect(found[0]!.blockedBy.age).toMatch(/^\d\d:\d\d:\d\d$/);
});

test.each([
  ["update s.a set v = 6 where id = 2", "delete from s.a where id = 1"],
  ["select from s.a", "delete from s.a"],
  ["select pg_advisory_lock(1), pg_advisory_xact_lock_shared(2)", "alter table s.a add column x int"],
  ["lock table s.apart", "delete from s.a"],
  ["lock table s.part_high", "select * from s.part_low"],
])("%s is not in the way of %s", async (held, text) => {
  await holding(held);
  expect(await waitsOf(text)).toEqual([]);
});

test("who queues for a lock is in the way of those who come later, and says whom it waits for itself", async () => {
  const reader = await holding("select from s.a");
  const waiter = await queueing("alter table s.a add column later int");
  const found = await waitsOf("delete from s.a where id = 1");
  expect(inTheWay(found)).toEqual([`${waiter} s.a RowExclusiveLock`]);
  expect(found[0]!.blockedBy).toMatchObject({ query: "alter table s.a add column later int", behind: [reader] });
  // Who wants it all for himself waits for both, the longest at it first.
  const alter = await waitsOf("alter table s.a add column x int");
  expect(inTheWay(alter).filter((line) => line.includes(" s.a "))).toEqual([
    `${reader} s.a AccessExclusiveLock`,
    `${waiter} s.a AccessExclusiveLock`,
  ]);
});

test("a prepared transaction keeps its locks without a session", async () => {
  await client.query("begin; lock table s.apart in share mode; prepare transaction 'left over'");
  try {
    expect(await waitsOf("insert into s.apart values (1)")).toMatchObject([
      { object: "s.apart", blockedBy: { pid: 0, user: "postgres", query: "PREPARE TRANSACTION 'left over'" } },
    ]);
  } finally {
    await client.query("rollback prepared 'left over'");
  }
});

test("a role that may not see what others run is told so", async () => {
  const url = new URL(server.url);
  url.username = "plain";
  url.password = "plain";
  const plain = open(url.href);
  try {
    const pid = await holding("lock table s.a in share mode");
    const { statements, warnings } = await impact("delete from s.a where id = 1", plain);
    expect(statements[0]!.waits).toEqual([
      { object: "s.a", mode: "RowExclusiveLock", blockedBy: { pid, user: "postgres", age: "", query: "" } },
    ]);
    expect(warnings).toContainEqual(expect.stringContaining("pg_read_all_stats"));
  } finally {
    await plain.close();
  }
});

test("a long transaction is told by hours, however many days it has been open", async () => {
  const [row] = (
    await client.query(
      "select to_char(make_interval(secs => extract(epoch from interval '3 days 04:05:06')::float8), 'HH24:MI:SS') as age, to_char(interval '3 days 04:05:06', 'HH24:MI:SS') as bare",
    )
  ).rows;
  expect(row).toEqual({ age: "76:05:06", bare: "04:05:06" });
});

/** Printing a definition locks what it is about, so what is asked of the catalogue must not wait for the very session it should name. */
test.each([
  ["delete from s.a where id = 1", "delete"],
  ["insert into s.a (v) values (1)", "append"],
  ["update s.a set v = 2", "modify"],
  ["alter table s.a add column x int", "schema"],
  ["create index on s.a (v)", "schema"],
  ["drop table s.a cascade", "schema"],
  ["truncate s.a cascade", "delete"],
])("while another session has its table to itself, before anything is known: %s", async (text, effect) => {
  const pid = await holding("lock table s.a in access exclusive mode");
  const cold = open(server.url);
  try {
    const found = await impact(text, cold);
    expect(found).toMatchObject({ effect, complete: false });
    expect(found.statements[0]!.waits.filter(({ object }) => object === "s.a")).toMatchObject([{ blockedBy: { pid } }]);
    expect(found.statements[0]!.effects.filter(({ object, rows }) => object === "s.a" && rows.kind === "exact")).toEqual([]);
  } finally {
    await cold.close();
  }
});

test("what reads through a definition that cannot be read is unknown; what has nothing to do with it is not", async () => {
  await holding("lock table only s.a in access exclusive mode");
  const cold = open(server.url);
  try {
    expect(await impact("select * from s.seen", cold)).toMatchObject({ effect: "unknown", complete: false });
    expect(await impact("select s.ids()", cold)).toMatchObject({ effect: "unknown", complete: false });
    expect(await impact("delete from s.apart", cold)).toMatchObject({
      effect: "delete",
      complete: true,
      statements: [{ effects: [{ rows: { value: 0, kind: "exact" } }] }],
    });
  } finally {
    for (const other of others) await other.query("rollback");
    // Nothing is remembered of it once the table is free again.
    expect(await impact("select * from s.seen", cold)).toMatchObject({ effect: "read", complete: true });
    await cold.close();
  }
});
