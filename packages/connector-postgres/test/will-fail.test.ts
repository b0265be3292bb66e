import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import type { Impact } from "@interlock/protocol";
import { postgres } from "../src/index.ts";

/** What is said to fail is run, and must be refused for that very reason; what is not, must never be said to. */
let server: TestPostgres;
let client: Client;
let target: Target;

const SCHEMA = `
create schema s;
set search_path = s;
create table p (id int primary key, v int not null check (v > 0), u int unique);
create table na (id int primary key, p int references p);
create table late (id int primary key, p int references p deferrable initially deferred);
create table maybe (id int primary key, p int references p deferrable);
create table rs (id int primary key, p int references p on delete restrict);
insert into p select i, i, i from generate_series(1, 20) i;
insert into na values (1, 1);
insert into late values (1, 2), (2, 3);
insert into maybe values (1, 5);
insert into rs values (1, 4);
-- Triggers that take away what is in the way, before and after, or keep the row.
create table bp (id int primary key);
create table bc (id int primary key, bp int references bp);
create function clean() returns trigger language plpgsql as $$ begin delete from s.bc where bp = old.id; return old; end $$;
create trigger b before delete on bp for each row execute function clean();
insert into bp values (1), (2);
insert into bc values (1, 1);
create table kp (id int primary key);
create table kc (id int primary key, kp int references kp);
create function keep() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger k before delete on kp for each row execute function keep();
insert into kp values (1);
insert into kc values (1, 1);
create table ap (id int primary key);
create table ac (id int primary key, ap int references ap);
create function after_clean() returns trigger language plpgsql as $$ begin delete from s.ac where ap = old.id; return null; end $$;
create trigger "A first" after delete on ap for each row execute function after_clean();
insert into ap values (1);
insert into ac values (1, 1);
-- A cascade on the way of which a trigger keeps the row.
create table top (id int primary key);
create table mid (id int primary key, top int references top on delete cascade);
create table low (id int primary key, mid int references mid);
create trigger k before delete on mid for each row execute function keep();
insert into top values (1);
insert into mid values (1, 1);
insert into low values (1, 1);
-- Keys whose triggers are off.
create table dp (id int primary key);
create table dc (id int primary key, dp int references dp on delete cascade);
create table dn (id int primary key, dp int references dp);
insert into dp values (1), (2);
insert into dc values (1, 1);
insert into dn values (1, 2);
alter table dp disable trigger all;
-- A trigger that writes elsewhere is in nobody's way.
create table log (what text);
create function note() returns trigger language plpgsql as $$ begin insert into s.log values ('gone'); return old; end $$;
create table np (id int primary key);
create table nc (id int primary key, np int references np);
create trigger n before delete on np for each row execute function note();
insert into np values (1);
insert into nc values (1, 1);
-- Everything that new rows may break, and what excuses them.
create table full_row (id int primary key, a int not null, b int not null default 7, c text unique, d int references p, e int references p deferrable initially deferred,
  f int unique deferrable initially deferred, g serial not null, h timestamptz not null default now());
insert into full_row (id, a, c, f) values (1, 1, 'x', 1);
create function fill() returns trigger language plpgsql as $$ begin new.a := coalesce(new.a, 0); return new; end $$;
create table filled (id int primary key, a int not null);
create trigger f before insert on filled for each row execute function fill();
create domain always as int default 5;
create table defaulted (id int primary key, a always not null);
create table heirs (id int primary key);
create table heir () inherits (heirs);
insert into heir values (1);
create table hidden (id int primary key);
alter table hidden enable row level security;
create table shown (h int references hidden);
create table tree (id int primary key, up int) partition by range (id);
create table tree_2 partition of tree for values from (50) to (100);
alter table tree add foreign key (up) references tree;
create schema second;
create table second.only_second (id int);
create table gen (id int generated always as identity, n int, m int generated always as (n * 2) stored);
analyze`;

beforeAll(async () => {
  server = await startTestPostgres();
  client = new Client({ connectionString: server.url });
  client.on("notice", () => {});
  await client.connect();
  await client.query(SCHEMA);
  await client.query("do $$ begin execute format('alter database %I set search_path = s', current_database()); end $$");
  target = postgres.open({ connectionName: "fails", secret: { read: server.url }, maskedColumns: () => [] });
  await impact("select 1");
}, 120_000);

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

const impact = (text: string): Promise<Impact> =>
  target.impact(text, { signal: new AbortController().signal, exact: true, countingMs: 10_000 });

/** SQLSTATE with which the server refuses it, as a transaction that is taken back. */
async function refused(text: string): Promise<string | undefined> {
  await client.query("begin");
  try {
    await client.query(text);
    await client.query("set constraints all immediate");
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  } finally {
    await client.query("rollback; reset all; deallocate all; set search_path = s");
  }
}

const said = async (text: string): Promise<string[]> =>
  (await impact(text)).statements.flatMap(({ willFail }) => willFail.map(({ code }) => code));

test.each([
  "delete from p where id = 1",
  "delete from p where id = 2",
  "delete from p where id = 4",
  "delete from p where id = 1; delete from na where p = 1",
  "delete from np",
  "merge into p using (values (1)) s(i) on p.id = s.i when matched then delete",
  "prepare q as delete from p where id = 1; execute q",
  "insert into gen (id) values (1)",
  "insert into gen (m) values (1)",
  "update gen set m = 3",
  "insert into full_row (id) values (5)",
  "insert into full_row (id, a) values (5, null)",
  "insert into full_row (id, a, b) values (5, 1, null)",
  "insert into full_row (id, a) values (1, 1)",
  "insert into full_row (id, a) values (5, 1), (5, 2)",
  "insert into full_row (id, a, c) values (5, 1, 'x')",
  "insert into full_row (id, a, c) values (5, 1, lower('X'))",
  "insert into full_row (id, a, d) values (5, 1, 999)",
  "insert into full_row (id, a, e) values (5, 1, 999)",
  "insert into full_row (id, a) values (null, 1)",
  "insert into na values (9, 999)",
  "update p set v = null",
  "update p set u = 99, v = null where id = 10",
  "select 1/0",
  "select nothing from p",
  "insert into p (nothing) values (1)",
  "drop table p",
  "truncate p",
  "lock table nothing",
])("is said to fail, and does: %s", async (text) => {
  const code = await refused(text);
  expect(code).toBeDefined();
  expect(await said(text)).toContain(code);
});

test.each([
  "delete from p where id = 10",
  "insert into full_row (id, a) values (5, 1)",
  "insert into full_row (id, a, c, d) values (5, 1, null, null), (6, 1, null, 20)",
  "insert into full_row (id, a, c) values (5, 1, 'X')",
  "insert into full_row (id, a) values (1, 1) on conflict do nothing",
  "insert into full_row (id, a, e) values (5, 1, 999); insert into p values (999, 1, 999)",
  "insert into full_row (id, a, f) values (5, 1, 1); update full_row set f = 2 where id = 1",
  "delete from full_row; insert into full_row (id, a) values (1, 1)",
  "with gone as (delete from full_row returning id) insert into na values (7, 20)",
  "with new as (insert into p values (999, 1, 999)) insert into na values (9, 999)",
  "insert into filled (id) values (1)",
  // It refers to itself.
  "insert into tree_2 values (63, 63)",
  "insert into tree values (63, 63)",
  "update p set v = null where id = 999",
  "update p set u = null",
  "insert into defaulted (id) values (1)",
  "insert into heirs values (1)",
  "insert into full_row (id, a) select 5, null where false",
  // Checked at COMMIT, or when SET CONSTRAINTS says so.
  "delete from p where id = 2; delete from late where p = 2",
  "delete from late where p = 2; delete from p where id = 2",
  "delete from p where id = 2; update late set p = 5 where p = 2",
  "set constraints all deferred; delete from p where id = 5; delete from maybe where p = 5",
  "set constraints all deferred; delete from p where id = 3; delete from late where p = 3",
  // Taken away by the same statement, or by another before it.
  "delete from na; delete from p where id = 1",
  "with x as (delete from na returning p) delete from p where id = 1",
  "with x as (delete from rs returning p) delete from p where id = 4",
  "drop table na; delete from p where id = 1",
  "truncate na; delete from p where id = 1",
  "alter table na drop constraint na_p_fkey; delete from p where id = 1",
  // Triggers.
  "delete from bp where id = 1",
  "delete from bp",
  "delete from kp",
  "delete from ap",
  "delete from top",
  "merge into bp using (values (1)) s(i) on bp.id = s.i when matched then delete",
  // Keys that are off.
  "delete from dp",
  "set session_replication_role = replica; delete from p where id = 1",
  "alter table p disable trigger all; delete from p where id = 1",
  // Made by the text itself.
  "set search_path = second; drop table only_second",
  "create table fresh (id int); insert into fresh values (1); select * from fresh; drop table fresh",
  "create temp table t as select 1 as a; delete from t",
  "create schema other; create table other.a (id int); insert into other.a values (1)",
  "create sequence q; select nextval('q')",
  "create index i on p (v); drop index i",
  "create view seen as select * from p; select * from seen",
  "create role somebody; grant select on p to somebody; drop owned by somebody; drop role somebody",
  "alter table p add column z int; update p set z = 1",
  "do $$ begin delete from na; delete from p where id = 1; end $$",
  "do $$ begin delete from p where id = 1; exception when others then null; end $$",
])("is not said to fail, and does not: %s", async (text) => {
  expect(await refused(text)).toBeUndefined();
  expect(await said(text)).toEqual([]);
});

test("what is left to refer is said where it may yet be put right", async () => {
  const { warnings } = await impact("delete from p where id = 2; delete from late where p = 2");
  expect(warnings).toContainEqual(expect.stringMatching(/^1 rows of s\.late still refer .* COMMIT/));
  expect((await impact("delete from bp where id = 1")).warnings).toContainEqual(
    expect.stringMatching(/^1 rows of s\.bc still refer .* trigger/),
  );
});

test("whether a masked value is there is not told by proposing it", async () => {
  const masked = postgres.open({ connectionName: "masked", secret: { read: server.url }, maskedColumns: () => ["s.full_row.c", "*.p.id"] });
  try {
    const proposed = async (text: string): Promise<string[]> =>
      (await masked.impact(text, { signal: new AbortController().signal, exact: true })).statements[0]!.willFail.map(({ code }) => code);
    expect(await proposed("insert into full_row (id, a, c) values (5, 1, 'x')")).toEqual([]);
    expect(await proposed("insert into full_row (id, a, d) values (5, 1, 999)")).toEqual([]);
    expect(await proposed("insert into full_row (id, a, c) values (1, 1, 'y')")).toEqual(["23505"]);
  } finally {
    await masked.close();
  }
});

test("keys whose triggers are off take nothing along", async () => {
  const { statements, complete } = await impact("delete from dp where id = 1");
  expect(complete).toBe(true);
  expect(statements[0]!.cascades).toEqual([]);
});
