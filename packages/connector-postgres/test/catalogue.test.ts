import { readFile } from "node:fs/promises";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { postgres } from "../src/index.ts";
import { lineageOf } from "../src/lineage.ts";
import type { Query } from "../src/query.ts";
import { resolveText } from "../src/resolve.ts";

let server: TestPostgres;
let client: Client;
let target: Target;
let query: Query;
const signal = new AbortController().signal;

beforeAll(async () => {
  server = await startTestPostgres();
  client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(await readFile(new URL("schema.sql", import.meta.url), "utf8"));
  query = async (sql, params) => (await client.query(sql, params as unknown[])).rows;
  target = postgres.open({ connectionName: "shop", secret: { read: server.url }, maskedColumns: () => ["shop.customers.email"] });
}, 120_000);

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

/** Sources of each result column of a statement that is really described by the server. */
async function sources(text: string): Promise<(string | readonly string[])[]> {
  const of = await lineageOf(text, query);
  await client.query("BEGIN");
  try {
    const { fields } = await client.query({ text, rowMode: "array" });
    return of(
      fields.map((field) => ({ name: field.name, tableOid: field.tableID, columnAttnum: field.columnID, typeOid: field.dataTypeID })),
    ).map((column) => column.sources);
  } finally {
    await client.query("ROLLBACK");
  }
}

const EMAIL = "shop.customers.email";

/** What rules and the triggers of views return may be taken from anywhere, whatever the statement's own words. */
test.each([
  [
    "create rule away as on delete to shop.order_log do instead delete from shop.customers returning id::bigint, id::bigint, email::text, now()",
    "delete from shop.order_log returning what",
  ],
  [
    "create view shop.over as select * from shop.order_log; create rule away as on update to shop.order_log do instead update shop.customers set id = id returning id::bigint, id::bigint, email::text, now()",
    "update shop.over set what = 'x' returning what",
  ],
  [
    "create rule also as on insert to shop.order_log do also select email from shop.customers",
    "insert into shop.order_log (what) values ('x') returning what",
  ],
  [
    "create view shop.over as select * from shop.order_log; create function shop.f() returns trigger language plpgsql as $$ begin select email into new.what from shop.customers; return new; end $$; create trigger t instead of insert on shop.over for each row execute function shop.f()",
    "insert into shop.over (what) values ('x') returning what",
  ],
  [
    "create view shop.over as select * from shop.order_log; create function shop.f() returns trigger language plpgsql as $$ begin select email into new.what from shop.customers; return new; end $$; create trigger t before insert on shop.order_log for each row execute function shop.f()",
    "insert into shop.over (what) values ('x') returning what",
  ],
])("where %s, the columns of %s are of unknown sources", async (made, text) => {
  await client.query("BEGIN");
  try {
    await client.query(made);
    const of = await lineageOf(text, query);
    expect(of([{ name: "what", tableOid: 0, columnAttnum: 0, typeOid: 25 }])[0]!.sources).toBe("unknown");
  } finally {
    await client.query("ROLLBACK");
  }
});

/** Every way found to carry a masked column under another name: column 0 must name it, or be `unknown`. */
test.each([
  "select email from shop.customers",
  "select c.email from shop.customers c",
  "select shop.customers.email from shop.customers",
  "select x from (select email as x from shop.customers) s",
  "select y from (select email from shop.customers) s(y)",
  "with c as (select email from shop.customers) select * from c",
  "with c(z) as (select email from shop.customers) select z from c",
  "with recursive r(n, e) as (select 1, 'a'::text union all select n + 1, (select max(email) from shop.customers) from r where n < 3) select e from r",
  "select upper(email) from shop.customers",
  "select 'x' || email from shop.customers",
  "select case when email is not null then 'a' else 'b' end from shop.customers",
  "select coalesce(null, email) from shop.customers",
  "select max(email) from shop.customers",
  "select string_agg(full_name, ',' order by email) from shop.customers",
  "select array_agg(email) from shop.customers",
  "select row_to_json(c) from shop.customers c",
  "select c from shop.customers c",
  "select to_jsonb(c) -> 'email' from shop.customers c",
  "select (c).email from shop.customers c",
  "select (select email from shop.customers limit 1)",
  "select array(select email from shop.customers)",
  "select full_name from shop.customers union all select email from shop.customers",
  "select a from (values ((select min(email) from shop.customers))) v(a)",
  "select lag(email) over (order by id) from shop.customers",
  "select email_lower from shop.customers",
  "select email from shop.paid_orders",
  "select e from shop.paid_orders p(a, b, e)",
  "select w from shop.customers c, lateral (select c.email as w) l",
  "select u from shop.customers c, lateral unnest(array[c.email]) u",
  "select v from shop.customers c, regexp_split_to_table(c.email, '@') v",
  "select value from shop.customers c, jsonb_array_elements_text(jsonb_build_array(c.email))",
  "select j.email from shop.orders o join (shop.customers natural join (select 1 as one) z) j on j.id = o.customer_id",
  "update shop.customers set full_name = email returning full_name",
  "update shop.customers set full_name = 'x' returning old.email",
  "delete from shop.refunds using shop.customers c where c.id = 1 returning c.email",
  "insert into shop.order_log (what) select email from shop.customers returning what",
  "with d as (update shop.customers set full_name = email returning full_name f) select f from d",
  "select query_to_xml('select email from shop.customers', true, false, '')",
  "select most_common_vals from pg_stats where tablename = 'customers' and attname = 'email'",
  "table shop.customers order by email limit 0",
])("carries the masked column: %s", async (text) => {
  if (text.includes("old.") && server.version < 18)
    return expect(sources(text)).rejects.toThrow('missing FROM-clause entry for table "old"');
  const all = await sources(text);
  const first = text.startsWith("table") ? all[2]! : all[0]!;
  expect(first === "unknown" || first.includes(EMAIL), String(first)).toBe(true);
});

test.each([
  ["select id, amount from shop.orders", [["shop.orders.id"], ["shop.orders.amount"]]],
  ["select count(*), count(email) from shop.customers", [[], []]],
  ["select 1, now(), 'x'", [[], [], []]],
  ["select full_name from shop.customers where email like 'p1%'", [["shop.customers.full_name"]]],
  ["select kind from shop.events_2025", [["shop.events.kind", "shop.events_2025.kind"]]],
  ["select o.id from shop.orders o join shop.customers c using (id)", [["shop.orders.id"]]],
  ["show search_path", [[]]],
])("says no more than needed: %s", async (text, expected) => {
  expect(await sources(text)).toEqual(expected);
});

test("a shadowing table, a changed view, function or trigger changes what a text resolves to", async () => {
  const text = "select * from shop.paid_orders, shop.orders where shop.pure(1) = 2 and exists (select from items)";
  const before = await resolveText(text, query);
  expect(await resolveText(text, query)).toEqual(before);
  const changes = [
    "create table public.items (id int)",
    "create or replace view shop.paid_orders as select o.id, o.amount, c.email from shop.orders o join shop.customers c on c.id = o.customer_id",
    "create or replace function shop.pure(x int) returns int language sql immutable as 'select x + 2'",
    "create trigger other after insert on shop.orders for each row execute function shop.log_order()",
    "alter table shop.orders disable trigger orders_log",
    "create or replace function shop.log_order() returns trigger language plpgsql as 'begin return null; end'",
    "alter table shop.items drop constraint items_order_id_fkey",
    "alter table shop.orders rename to orders_old",
    "set local search_path = shop",
  ];
  for (const change of changes) {
    await client.query("BEGIN");
    await client.query(change);
    const after = await resolveText(text, query);
    await client.query("ROLLBACK");
    expect(after, change).not.toEqual(before);
  }
});

/** What runs without being named in the text: [how it came to be reached, text, change]. */
test.each([
  [
    "a function that a named function calls",
    "create function shop.inner_one() returns int language sql as 'select 1'; create function shop.outer_one() returns int language plpgsql as 'begin return shop.inner_one(); end'",
    "select shop.outer_one()",
    "create or replace function shop.inner_one() returns int language sql as 'delete from shop.order_log; select 1'",
  ],
  [
    "an operator's function",
    "create function shop.near(int, int) returns bool language sql as 'select $1 = $2'; create operator shop.=~ (leftarg = int, rightarg = int, function = shop.near)",
    "delete from shop.items where id operator(shop.=~) 1",
    "create or replace function shop.near(int, int) returns bool language sql as 'select true'",
  ],
  [
    "a function that a trigger's function calls",
    "create function shop.inner_two() returns void language sql as 'select'; create function shop.outer_two() returns trigger language plpgsql as 'begin perform shop.inner_two(); return null; end'; create trigger two after delete on shop.items for each row execute function shop.outer_two()",
    "delete from shop.items where id = 1",
    "create or replace function shop.inner_two() returns void language sql as 'delete from shop.order_log'",
  ],
  [
    "a function in a default",
    "create function shop.first_id() returns int language sql as 'select 1'; create table shop.made (id int default shop.first_id(), n int)",
    "insert into shop.made (n) values (1)",
    "create or replace function shop.first_id() returns int language sql as 'delete from shop.order_log; select 1'",
  ],
  [
    "a function in row security",
    "create function shop.visible(bigint) returns bool language sql as 'select $1 = 1'; alter table shop.items enable row level security; create policy p on shop.items using (shop.visible(id))",
    "delete from shop.items",
    "create or replace function shop.visible(bigint) returns bool language sql as 'select true'",
  ],
  [
    "a table's check",
    "alter table shop.items add constraint positive check (id > 0)",
    "update shop.items set id = id",
    "alter table shop.items drop constraint positive, add constraint positive check (id > -1)",
  ],
  [
    "a domain's check",
    "create domain shop.amount as int check (value > 0); create table shop.paid (n shop.amount)",
    "insert into shop.paid values (1)",
    "alter domain shop.amount drop constraint amount_check; alter domain shop.amount add constraint amount_check check (value > -1)",
  ],
  [
    "a function that a block calls",
    "create function shop.in_block() returns int language sql as 'select 1'",
    "do $$ begin perform shop.in_block(); end $$",
    "create or replace function shop.in_block() returns int language sql as 'select 2'",
  ],
  [
    "an operator that BETWEEN stands for",
    "create function shop.after(text, int) returns bool language sql as 'select true'",
    "delete from shop.items where sku between 1 and 2",
    "create operator public.>= (leftarg = text, rightarg = int, function = shop.after)",
  ],
  [
    "a view that a literal text reads",
    "create view shop.told as select 1 as a",
    "select query_to_xml('select * from shop.told', true, false, '')",
    "create or replace view shop.told as select 2 as a",
  ],
  [
    "the labels of an enum",
    "select",
    "update shop.orders set status = 'paid' where id = 1",
    "alter type shop.status rename value 'new' to 'fresh'",
  ],
  [
    "the attributes of a row type",
    "create type shop.pair as (a int, b int); create table shop.pairs (p shop.pair)",
    "insert into shop.pairs values (row(1, 2))",
    "alter type shop.pair add attribute c int",
  ],
  [
    "a domain's default",
    "create domain shop.level as int default 1; create table shop.levels (id int, l shop.level)",
    "insert into shop.levels (id) values (1)",
    "alter domain shop.level set default 99",
  ],
  [
    "how a sequence counts",
    "create sequence shop.tickets",
    "select nextval('shop.tickets') from shop.tickets",
    "alter sequence shop.tickets increment 100",
  ],
  [
    "a column's collation",
    "create table shop.names (n text)",
    "delete from shop.names where n < 'b'",
    'alter table shop.names alter column n type text collate "C"',
  ],
  [
    "event triggers",
    "create function shop.on_ddl() returns event_trigger language plpgsql as 'begin end'",
    "create table shop.fresh (id int)",
    "create event trigger watching on ddl_command_end execute function shop.on_ddl()",
  ],
  [
    "a view that only a function's body names",
    "create view shop.gone as select id from shop.items where false; create function shop.clear() returns void language sql as 'delete from shop.items where id in (select id from shop.gone)'",
    "select shop.clear()",
    "create or replace view shop.gone as select id from shop.items",
  ],
  [
    "a rule that is switched off",
    "create table shop.ruled (id int); create rule ruled_no as on delete to shop.ruled do instead nothing",
    "delete from shop.ruled",
    "alter table shop.ruled disable rule ruled_no",
  ],
  [
    "a rule of a table that a rule writes to",
    "create table shop.ruled (id int); create table shop.second (id int); create rule ruled_on as on delete to shop.ruled do also delete from shop.second",
    "delete from shop.ruled",
    "create rule second_on as on delete to shop.second do also delete from shop.items",
  ],
])("a change of %s changes what a text resolves to", async (_, made, text, change) => {
  await client.query("BEGIN");
  try {
    await client.query(made);
    const before = await resolveText(text, query);
    expect(await resolveText(text, query)).toEqual(before);
    await client.query(change);
    expect(await resolveText(text, query)).not.toEqual(before);
  } finally {
    await client.query("ROLLBACK");
  }
});

test("somebody's new function changes nothing for a text that runs no code", async () => {
  const text = "delete from shop.order_log where id = 1";
  await client.query("BEGIN");
  const before = await resolveText(text, query);
  await client.query("create function shop.unrelated() returns int language sql as 'select 1'");
  const after = await resolveText(text, query);
  await client.query("ROLLBACK");
  expect(after).toEqual(before);
});

test("the schema tree shows tables with columns, rows and masks, and partitions only through their parent", async () => {
  const tree = await target.schema(signal);
  const shop = tree.schemas.find((schema) => schema.name === "shop")!;
  const names = shop.objects.map((object) => object.name);
  expect(names).toContain("orders");
  expect(names).not.toContain("events_2025");
  const customers = shop.objects.find((object) => object.name === "customers")!;
  expect(customers.rows).toBe(200);
  expect(customers.columns.filter((column) => column.masked).map((column) => column.name)).toEqual(["email"]);
  expect(shop.objects.find((object) => object.name === "events")).toMatchObject({ kind: "partitioned", rows: 400 });
});

/** `|` is the cursor. */
test.each([
  ["select * from sh|", "shop."],
  ["select * from shop.|", "orders"],
  ["select * from shop.ord|", "orders"],
  ["select o.| from shop.orders o", "customer_id"],
  ["select o.cu| from shop.orders as o", "customer_id"],
  ["select cust| from shop.orders", "customer_id"],
  ["select * from shop.orders o where o.st|", "status"],
  ["select shop.orders.am| from shop.orders", "amount"],
  ["delete from shop.orders where sta|", "status"],
  ["update shop.orders set am|", "amount"],
  ["sel|", "SELECT"],
  ["select 'é😀'; select * from shop.cust|", "customers"],
  ["select 1; select * from shop.orders wh|; select 2", "WHERE"],
  ["select date_tr| from shop.orders", "date_trunc("],
  ["select * from shop.orders join shop.it|", "items"],
])("completes %s with %s", async (marked, wanted) => {
  const offset = marked.indexOf("|");
  const text = marked.replace("|", "");
  const items = await target.complete!(text, offset, signal);
  expect(items.slice(0, 10).map((item) => item.insert)).toContain(wanted);
  const item = items.find((candidate) => candidate.insert === wanted)!;
  expect(item.start).toBeLessThanOrEqual(offset);
  expect(item.end).toBeGreaterThanOrEqual(offset);
});

test.each(["select 'abc| def'", "select 1 -- com|", "/* sel| */ select 1"])("completes nothing inside %s", async (marked) => {
  expect(await target.complete!(marked.replace("|", ""), marked.indexOf("|"), signal)).toEqual([]);
});
