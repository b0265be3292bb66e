import { readFile } from "node:fs/promises";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import type { Impact, Statement } from "@interlock/protocol";
import { postgres } from "../src/index.ts";
import { truthOf, type Truth } from "./truth.ts";

let server: TestPostgres;
let client: Client;
let target: Target;

beforeAll(async () => {
  server = await startTestPostgres();
  client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(await readFile(new URL("schema.sql", import.meta.url), "utf8"));
  target = postgres.open({ connectionName: "shop", secret: { read: server.url }, maskedColumns: () => ["*.customers.email"] });
  // The first analysis opens sessions and reads the catalogue.
  await impact("select 1");
}, 120_000);

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

const impact = (text: string, exact = true): Promise<Impact> => target.impact(text, { signal: new AbortController().signal, exact });

/** A busy machine may run out of counting time; then the figure says so, and asking again is what a person would do. */
async function exactly(text: string): Promise<Impact> {
  let found = await impact(text);
  for (
    let tries = 0;
    tries < 5 && found.statements.some((statement) => statement.effects.some((item) => item.rows.kind === "estimate"));
    tries++
  )
    found = await impact(text);
  return found;
}

/** Rows the impact says are written per table, with how sure it is. */
function predicted(statement: Statement): Map<string, { rows: number; exact: boolean }> {
  const all = new Map<string, { rows: number; exact: boolean }>();
  const add = (object: string, rows: { value: number; kind: string }) => {
    const known = all.get(object) ?? { rows: 0, exact: true };
    all.set(object, { rows: known.rows + rows.value, exact: known.exact && rows.kind === "exact" });
  };
  for (const item of statement.effects) if (!["read", "session", "schema"].includes(item.effect)) add(item.object, item.rows);
  for (const item of statement.cascades) add(item.object, item.rows);
  for (const item of statement.sideEffects.flatMap((effect) => effect.writes ?? [])) add(item.object, item.rows);
  return all;
}

const ROOTS: Record<string, string> = { "shop.events_2025": "shop.events", "shop.events_2026": "shop.events" };

/** Partitions are charged to the table that was named. */
function written(truth: Truth, named: ReadonlySet<string>): Map<string, number> {
  const all = new Map<string, number>();
  for (const [name, { inserted, updated, deleted }] of truth.written) {
    const root = named.has(name) ? name : (ROOTS[name] ?? name);
    const rows = inserted + updated + deleted;
    if (rows > 0) all.set(root, (all.get(root) ?? 0) + rows);
  }
  return all;
}

/** Statements whose every figure must be exact and right, and whose locks must be the server's. */
const EXACT = [
  "delete from shop.orders where id between 1200 and 1290",
  "delete from shop.orders where status = 'failed' and id < 1000",
  "delete from shop.orders o using shop.customers c where c.id = o.customer_id and c.id = 7 and o.id < 1000",
  "delete from shop.items where quantity > 4",
  "delete from shop.items i using shop.orders o where o.id = i.order_id and o.amount < 50",
  "with cheap as (select id from shop.orders where amount < 20) delete from shop.items where order_id in (select id from cheap)",
  "delete from shop.nodes where id = 1",
  "delete from shop.nodes where id in (1, 2, 5)",
  "delete from shop.nodes",
  "delete from shop.refunds",
  "delete from shop.refunds where 1 = 0",
  "update shop.orders set amount = amount + 1 where customer_id = 3",
  "update shop.orders o set amount = 0 from shop.items i where i.order_id = o.id and i.quantity = 5",
  "update shop.items set sku = 'x' where id % 10 = 0",
  "update shop.events set kind = 'x' where at < date '2025-08-01'",
  "delete from shop.events where kind = 'k1'",
  "delete from shop.events_2025",
  "insert into shop.order_log (what) values ('a'), ('b'), ('c')",
  "insert into shop.order_log (order_id, what) select id, 'copied' from shop.orders where amount < 100",
  "insert into shop.items (id, order_id) values (900001, 5)",
  "insert into shop.order_log (what, at) values (upper('a'), now()), ('b', clock_timestamp())",
  "delete from t where id < 3",
  "insert into shop.refunds (id, order_id) select 1000000 + id, id from shop.orders where id < 10",
];

test.each(EXACT)("is exact and right: %s", async (text) => {
  const found = await exactly(text);
  const statement = found.statements[0]!;
  const truth = await truthOf(client, text);
  expect(truth.refused).toBeUndefined();
  expect(found.complete).toBe(true);
  const figures = [...predicted(statement)].filter(([, { rows }]) => rows > 0);
  expect(figures.filter(([, { exact }]) => !exact)).toEqual([]);
  expect(new Map(figures.map(([object, { rows }]) => [object, rows]))).toEqual(written(truth, new Set(figures.map(([object]) => object))));
});

test.each(EXACT)("locks as the server does: %s", async (text) => {
  const found = await exactly(text);
  const truth = await truthOf(client, text);
  const claimed = new Set(found.statements[0]!.locks.map((lock) => `${lock.object}/${lock.mode}`));
  // A lock the server took and the impact did not name is a miss; one too many is only too careful.
  expect([...truth.locks].filter((lock) => !claimed.has(lock))).toEqual([]);
});

test.each([
  ["delete from shop.customers where id = 5", "23001"],
  ["delete from shop.orders where id = 1005", "23503"],
  ["truncate shop.orders", "0A000"],
  ["drop table shop.orders", "2BP01"],
  ["delete from shop.missing", "42P01"],
  ["update shop.orders set nothing = 1", "42703"],
])("says beforehand that it fails: %s", async (text, since18) => {
  // Before 18 RESTRICT had no code of its own.
  const code = since18 === "23001" && server.version < 18 ? "23503" : since18;
  const found = await exactly(text);
  expect(found.statements[0]!.willFail.map((item) => item.code)).toContain(code);
  expect((await truthOf(client, text)).refused).toBe(code);
});

test.each([
  ["alter table shop.orders add column x int default 1", "shop.orders/AccessExclusiveLock"],
  ["alter table shop.items add constraint f foreign key (order_id) references shop.orders (id)", "shop.orders/ShareRowExclusiveLock"],
  ["create index on shop.orders (amount)", "shop.orders/ShareLock"],
  ["drop table shop.item_notes", "shop.items/AccessExclusiveLock"],
  ["truncate shop.orders cascade", "shop.item_notes/AccessExclusiveLock"],
  ["create trigger t after insert on shop.items for each row execute function shop.log_order()", "shop.items/ShareRowExclusiveLock"],
  ["lock table shop.items in share mode", "shop.items/ShareLock"],
  ["select * from shop.paid_orders", "shop.customers/AccessShareLock"],
  ["refresh materialized view shop.totals", "shop.totals/AccessExclusiveLock"],
  ["drop view shop.paid_orders", "shop.paid_orders/AccessExclusiveLock"],
  ["alter table shop.refunds alter column amount type numeric(20, 4)", "shop.refunds/AccessExclusiveLock"],
  ["alter table shop.orders validate constraint orders_customer_id_fkey", "shop.orders/ShareUpdateExclusiveLock"],
])("names the lock of a definition: %s", async (text, lock) => {
  const found = await impact(text);
  const claimed = found.statements[0]!.locks.map((item) => `${item.object}/${item.mode}`);
  expect(claimed).toContain(lock);
  const truth = await truthOf(client, text);
  const exclusive = [...truth.locks].filter((item) => item.endsWith("/AccessExclusiveLock") && existed.has(item.split("/")[0]!));
  expect(exclusive.filter((item) => !claimed.includes(item))).toEqual([]);
});

/** Relations there before; new ones are locked by whoever makes them. */
const existed = new Set(
  [
    "customers",
    "orders",
    "items",
    "item_notes",
    "refunds",
    "badges",
    "parcels",
    "nodes",
    "order_log",
    "events",
    "events_2025",
    "events_2026",
    "paid_orders",
    "totals",
    "sneaky",
  ].map((name) => `shop.${name}`),
);

test.each([
  ["alter table shop.refunds alter column amount type numeric(20, 4)", true],
  ["alter table shop.orders add column x int default 1", false],
  ["alter table shop.orders add column x timestamptz default clock_timestamp()", true],
  ["alter table shop.items alter column sku type varchar(40)", true],
  ["alter table shop.items alter column quantity type bigint", true],
  ["alter table shop.items alter column quantity set not null", false],
  ["alter table shop.items add column g int generated always as (quantity * 2) stored", true],
])("knows what is rewritten: %s (%s)", async (text, rewritten) => {
  const table = text.split(" ")[2]!;
  const before = await client.query("select pg_relation_filenode($1::regclass) as node", [table]);
  await client.query("BEGIN");
  try {
    await client.query(text);
    const after = await client.query("select pg_relation_filenode($1::regclass) as node", [table]);
    expect(before.rows[0].node !== after.rows[0].node, "what the server did").toBe(rewritten);
  } finally {
    await client.query("ROLLBACK");
  }
  expect((await impact(text)).statements[0]!.rewrites.includes(table)).toBe(rewritten);
});

test.each([
  ["select * from shop.sneaky", "delete"],
  ["select shop.purge(5)", "delete"],
  ["select shop.pure(5)", "read"],
  ["select not_there(5)", "unknown"],
  ["update shop.orders set amount = 1 where id = 3", "modify"],
  ["select * from shop.paid_orders", "read"],
  ["select * from pg_stat_activity", "read"],
  ["set search_path = evil; select * from orders", "unknown"],
  ["create function lower(int) returns int language sql as 'select 1'; select lower(1)", "unknown"],
  ["merge into shop.refunds r using shop.orders o on o.id = r.order_id when matched then delete", "delete"],
])("judges by what is reached: %s is %s", async (text, effect) => {
  expect((await impact(text)).effect).toBe(effect);
});

test("functions of somebody's own are never run by analysis", async () => {
  const before = await client.query("select count(*)::int as n, max(last_value) as v from shop.order_log, shop.order_log_id_seq");
  for (const text of [
    "select shop.purge(1000000)",
    "select * from shop.sneaky",
    "delete from shop.orders where shop.purge(9) > 0",
    "update shop.items set quantity = shop.pure(3)",
  ]) {
    const found = await impact(text);
    expect(found.statements[0]!.plan, text).toBeUndefined();
  }
  const after = await client.query("select count(*)::int as n, max(last_value) as v from shop.order_log, shop.order_log_id_seq");
  expect(after.rows).toEqual(before.rows);
});

test("a predicate over masked values is estimated, never counted", async () => {
  const probing = await impact("delete from shop.customers where email like 'p1%'");
  expect(probing.statements[0]!.effects[0]!.rows.kind).toBe("estimate");
  const plain = await exactly("delete from shop.customers where id < 3");
  expect(plain.statements[0]!.effects[0]!.rows).toMatchObject({ value: 2, kind: "exact" });
});

test("a figure is not exact once an earlier statement writes", async () => {
  const found = await impact("delete from shop.refunds where id < 10; delete from shop.refunds");
  expect(found.statements.map((statement) => statement.effects[0]!.rows.kind)).toEqual(["exact", "estimate"]);
});

test("says who holds the lock it would wait for", async () => {
  const other = new Client({ connectionString: server.url });
  await other.connect();
  try {
    await other.query("BEGIN; LOCK TABLE shop.parcels IN EXCLUSIVE MODE");
    const found = await impact("alter table shop.parcels add column z int");
    expect(found.statements[0]!.waits).toMatchObject([
      { object: "shop.parcels", mode: "AccessExclusiveLock", blockedBy: { user: "postgres" } },
    ]);
  } finally {
    await other.query("ROLLBACK");
    await other.end();
  }
});

test("an unreachable target is unknown, not an exception", async () => {
  const away = postgres.open({ connectionName: "away", secret: { read: "postgres://nobody@127.0.0.1:1/none" }, maskedColumns: () => [] });
  const found = await away.impact("select 1", { signal: new AbortController().signal, exact: true });
  expect(found).toMatchObject({ effect: "unknown", complete: false });
  await away.close();
});

test("an analysis that is stopped is unknown", async () => {
  const found = await target.impact("select 1", { signal: AbortSignal.abort(), exact: true });
  expect(found).toMatchObject({ effect: "unknown", complete: false });
});

test("rows that a list of values may multiply are not called exact", async () => {
  const { statements } = await impact("insert into shop.order_log (order_id) values (generate_series(1, 3))");
  expect(statements[0]!.effects[0]!.rows.kind).not.toBe("exact");
});

test("without time for counting a figure is an estimate", async () => {
  const text = "delete from shop.orders where id between 1200 and 1290";
  const { statements } = await target.impact(text, { signal: new AbortController().signal, exact: true, countingMs: 0 });
  expect([...statements[0]!.effects, ...statements[0]!.cascades].map(({ rows }) => rows.kind)).not.toContain("exact");
});

/** I1, I3: planning evaluates what is IMMUTABLE, so an operator of somebody's own that is not written out must not pass as built in. */
test.each([
  "select case 'a'::text when 1 then 2 end",
  "select 'a'::text between 1 and 2",
  "select 1 from shop.orders where 'a'::text in (select 1)",
  "select 1 from (select 'a'::text as k) a join (select 1 as k) b using (k)",
  "select 1 from (select 'a'::text as k) a natural join (select 1 as k) b",
])("somebody's own operator behind %s is named, and analysis does not run it", async (text) => {
  await client.query(`create schema spy;
    create function spy.compare(text, int) returns bool language plpgsql immutable as 'begin raise exception ''it ran''; end';
    create operator public.= (leftarg = text, rightarg = int, function = spy.compare);
    create operator public.>= (leftarg = text, rightarg = int, function = spy.compare);
    create operator public.<= (leftarg = text, rightarg = int, function = spy.compare)`);
  try {
    const found = await impact(text);
    expect(found.statements[0]!.sideEffects).toContainEqual({ kind: "function", name: "spy.compare", effect: "read" });
    expect(found.statements[0]!.plan).toBeUndefined();
    expect(JSON.stringify(found)).not.toContain("it ran");
  } finally {
    await client.query(
      "drop operator public.= (text, int); drop operator public.>= (text, int); drop operator public.<= (text, int); drop schema spy cascade",
    );
  }
});

test("what is incomplete says why", async () => {
  for (const [text, why] of [
    ["SELECT pg_terminate_backend(1)", "What pg_terminate_backend does is not followed"],
    ["COPY shop.events FROM STDIN", "How many rows of shop.events is not known"],
    ["DELETE FROM shop.nowhere", "A statement that fails was not followed to its end"],
  ] as const)
    expect(await impact(text), text).toMatchObject({ complete: false, warnings: [why] });
});
