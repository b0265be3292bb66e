import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import type { Statement } from "@interlock/protocol";
import { postgres } from "../src/index.ts";

let server: TestPostgres;
let client: Client;
let target: Target;

beforeAll(async () => {
  server = await startTestPostgres();
  client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(`
    create schema s;
    create table s.orders (id int primary key, note text, customer int);
    insert into s.orders select i, repeat(md5(i::text), 3), i from generate_series(1, 20000) i;
    create table s.fresh (id int, v text) with (autovacuum_enabled = off);
    create table s.part (id int, v text) partition by range (id);
    create table s.part_low partition of s.part for values from (0) to (100);
    create table s.part_high partition of s.part for values from (100) to (1000);
    insert into s.part select i, 'x' from generate_series(0, 999) i;
    create table s.whole (id int, v int);
    create table s.heir () inherits (s.whole);
    insert into s.heir select i, i from generate_series(1, 5000) i;
    create materialized view s.totals as select id from s.orders`);
  await client.query("analyze s.orders, s.part, s.part_low, s.part_high, s.whole, s.heir, s.totals");
  await client.query("insert into s.fresh select i, 'x' from generate_series(1, 300) i");
  target = postgres.open({ connectionName: "sizes", secret: { read: server.url }, maskedColumns: () => [] });
}, 120_000);

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

const analysed = async (text: string): Promise<Statement> =>
  (await target.impact(text, { signal: new AbortController().signal, exact: true })).statements[0]!;

const bytesOf = async (...names: string[]): Promise<number[]> =>
  (
    await client.query("select pg_table_size(n::regclass)::int as bytes from unnest($1::text[]) with ordinality u(n, at) order by at", [
      names,
    ])
  ).rows.map((row) => row.bytes);

test.each([
  ["alter table s.orders alter column id type bigint", { "s.orders": 20_000 }],
  ["alter table s.orders alter column note set not null", { "s.orders": 20_000 }],
  ["create index on s.orders (customer)", { "s.orders": 20_000 }],
  ["alter table s.part alter column id type bigint", { "s.part_low": 100, "s.part_high": 900 }],
  ["alter table s.part alter column v set not null", { "s.part_low": 100, "s.part_high": 900 }],
  ["alter table s.whole alter column v type bigint", { "s.whole": 0, "s.heir": 5_000 }],
  ["refresh materialized view s.totals", { "s.totals": 20_000 }],
  ["vacuum full s.orders", { "s.orders": 20_000 }],
])("says how large what it goes through is: %s", async (text, rows) => {
  const { sizes = [] } = await analysed(text);
  const names = Object.keys(rows);
  const bytes = await bytesOf(...names);
  const byName = Object.fromEntries(sizes.map((size) => [size.object, size]));
  expect(byName).toEqual(
    Object.fromEntries(
      Object.entries(rows).map(([object, value], at) => [object, { object, rows: { value, kind: "estimate" }, bytes: bytes[at] }]),
    ),
  );
});

test("rows nobody ever counted are not known, the bytes are", async () => {
  const { sizes } = await analysed("alter table s.fresh alter column id type bigint");
  const [bytes] = await bytesOf("s.fresh");
  expect(sizes).toEqual([{ object: "s.fresh", rows: { value: 0, kind: "unknown" }, bytes }]);
});

test("a table that somebody has to himself keeps its statistics, and nothing is measured", async () => {
  const other = new Client({ connectionString: server.url });
  await other.connect();
  try {
    await other.query("begin; lock table s.orders in access exclusive mode");
    const { sizes } = await analysed("create index on s.orders (customer)");
    expect(sizes).toEqual([{ object: "s.orders", rows: { value: 20_000, kind: "estimate" } }]);
  } finally {
    await other.end();
  }
});

test.each([
  "delete from s.orders where id = 1",
  "alter table s.orders add column x int",
  "select * from s.orders",
  "alter table s.nothing add x int",
])("goes through nothing as a whole: %s", async (text) => expect((await analysed(text)).sizes).toBeUndefined());
