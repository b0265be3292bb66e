import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import type { Rows, Statement } from "@interlock/protocol";
import { postgres } from "../src/index.ts";
import { truthOf } from "./truth.ts";

/** What is said of rows where nothing may be counted. */
let server: TestPostgres;
let client: Client;
let target: Target;

beforeAll(async () => {
  server = await startTestPostgres({ autovacuum: "off" });
  client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(`
    create schema e;
    create table e.shops (id int primary key, name text);
    insert into e.shops select i, 's' || i from generate_series(1, 1000) i;
    -- Half of all orders are of the first shop, and as many of no shop at all.
    create table e.orders (id int primary key, shop int references e.shops on delete cascade on update cascade);
    insert into e.orders select i, case when i % 4 < 2 then 1 when i % 4 = 2 then 2 + i % 999 end from generate_series(1, 20000) i;
    create index on e.orders (shop);
    create table e.items (id int primary key, order_id int references e.orders on delete cascade);
    insert into e.items select i, 1 + i % 20000 from generate_series(1, 40000) i;
    create index on e.items (order_id);
    create table e.notes (id int primary key, item int references e.items on delete set null);
    insert into e.notes select i, i from generate_series(1, 1000) i;
    create index on e.notes (item);
    analyze;
    create table e.empty (ref int);
    create table e.emptied (ref int);
    insert into e.emptied select i from generate_series(1, 3000) i;
    delete from e.emptied;
    create table e.fresh (id int primary key, shop int references e.shops on delete cascade on update cascade);
    insert into e.fresh select i, i from generate_series(1, 50) i`);
  if (server.version >= 15) await client.query("select pg_stat_force_next_flush()");
  target = postgres.open({ connectionName: "estimates", secret: { read: server.url }, maskedColumns: () => [] });
}, 120_000);

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

const estimated = async (text: string): Promise<Statement> =>
  (await target.impact(text, { signal: new AbortController().signal, exact: false })).statements[0]!;

/** Within a factor, or next to nothing where there is nothing. */
const near = (rows: Rows, truth: number, factor: number): boolean =>
  rows.kind === "estimate" && rows.value <= Math.max(truth, 1) * factor && rows.value >= truth / factor;

test.each([
  // By how often the very value occurs, not by the tables' sizes.
  ["delete from e.shops where id = 1", 1.5],
  ["delete from e.shops where id = 7", 3],
  ["delete from e.orders where shop = 1", 1.5],
  ["delete from e.orders where shop is null", 1.5],
  ["delete from e.orders o using e.shops s where s.id = o.shop and s.id = 1", 1.5],
  ["update e.shops set id = id + 5000 where id = 1", 1.5],
])("cascades of %s are within a factor of %d", async (text, factor) => {
  const { cascades } = await estimated(text);
  const { written } = await truthOf(client, text);
  expect(cascades.length).toBeGreaterThan(0);
  // Further down, and of what was never analysed, a guess is made of guesses.
  for (const { object, rows } of cascades.filter(({ depth, object: name }) => depth === 1 && name !== "e.fresh")) {
    const { updated = 0, deleted = 0 } = written.get(object) ?? {};
    expect([object, rows, updated + deleted, near(rows, updated + deleted, factor)]).toEqual([object, rows, updated + deleted, true]);
  }
});

test.each([
  "delete from e.shops using e.empty where ref = id",
  "update e.shops set name = 'x' from e.empty where ref = id",
  "update e.shops set name = 'x' from e.orders o join e.emptied x on x.ref = o.id where o.shop = e.shops.id",
  "delete from e.empty",
  "delete from e.emptied",
])("a table without rows joins with nothing: %s", async (text) => {
  const { effects } = await estimated(text);
  expect(effects[0]!.rows).toMatchObject({ value: 0, kind: "estimate" });
});

test.each([
  // An outer join keeps its other side; a name of WITH is not the table of that name.
  "delete from e.orders using e.shops s left join e.empty on ref = s.id where s.id = orders.shop",
  "with empty as (select id as ref from e.shops) update e.shops set name = 'x' from empty where ref = id",
])("an empty table takes no rows from: %s", async (text) => {
  expect((await estimated(text)).effects[0]!.rows.value).toBeGreaterThan(100);
});
