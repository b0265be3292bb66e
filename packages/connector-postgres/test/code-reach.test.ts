import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import type { Effect } from "@interlock/protocol";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { postgres } from "../src/index.ts";

let server: TestPostgres;
let client: Client;
let target: Target;

beforeAll(async () => {
  server = await startTestPostgres();
  client = new Client({ connectionString: server.url });
  await client.connect();
  target = postgres.open({ connectionName: "shop", secret: { read: server.url }, maskedColumns: () => [] });
}, 120_000);

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

/** What each row's code comes to, and one function that would evaluate it falsely as IMMUTABLE. */
const SPY = `
create schema z; create schema z2;
create function z.spy() returns void language plpgsql as $$ begin perform pg_reload_conf(); end $$;
create function z.imm2(int) returns int language plpgsql immutable as
  'begin if current_setting(''z.off'', true) is distinct from ''on'' then perform z.spy(); end if; return 1; end';
create function z.imm3(int) returns int language plpgsql immutable as
  'begin if current_setting(''z.off'', true) is distinct from ''on'' then perform z.spy(); end if; return $1; end'`;

/** Every way found by which a statement reaches code that it does not name, with its effect: it is judged, and never planned. */
const REACHED: [by: string, effect: Effect, text: string, made: string][] = [
  [
    "index const",
    "read",
    "select * from z.t where id > 3",
    "create function z.imm(int) returns int language plpgsql immutable as 'begin perform z.spy(); return 1; end'; create table z.t (id int); create index on z.t ((id + z.imm2(1)))",
  ],
  [
    "statistics",
    "read",
    "select * from z.t where id + 1 > 3",
    "create table z.t (id int, b int); create statistics z.s on (id + z.imm2(1)), b from z.t",
  ],
  [
    "check const",
    "session",
    "set constraint_exclusion = on; select * from z.t where id > 3",
    "create table z.t (id int check (id > z.imm2(1)))",
  ],
  [
    "partition by expr",
    "read",
    "select * from z.t where id > 3",
    "create table z.t (id int) partition by range ((z.imm3(id))); create table z.t1 partition of z.t for values from (1) to (5)",
  ],
  [
    "implicit cast own type",
    "privilege",
    "select m + 1 from z.t",
    "create type z.mood as enum ('a','b'); create function z.m2t(z.mood) returns int language plpgsql immutable as 'begin perform z.spy(); return 1; end'; create cast (z.mood as int) with function z.m2t(z.mood) as implicit; create table z.t (m z.mood)",
  ],
  [
    "cast literal",
    "privilege",
    "select 'a'::z.mood + 1",
    "create type z.mood as enum ('a','b'); create function z.m2t(z.mood) returns int language plpgsql immutable as 'begin perform z.spy(); return 1; end'; create cast (z.mood as int) with function z.m2t(z.mood) as implicit",
  ],
  [
    "row type cast",
    "privilege",
    "select t + 1 from z.t",
    "create table z.t (id int); create function z.r2t(z.t) returns int language plpgsql immutable as 'begin perform z.spy(); return 1; end'; create cast (z.t as int) with function z.r2t(z.t) as implicit",
  ],
  [
    "domain default",
    "privilege",
    "insert into z.t (id) values (1)",
    "create function z.d() returns int language plpgsql as 'begin perform z.spy(); return 1; end'; create domain z.dom as int default z.d(); create table z.t (id int, d z.dom)",
  ],
  [
    "domain check",
    "privilege",
    "insert into z.t values (1, 2)",
    "create function z.d(int) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create domain z.dom as int check (z.d(value)); create table z.t (id int, d z.dom)",
  ],
  [
    "domain cast",
    "privilege",
    "select 1::z.dom",
    "create function z.d(int) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create domain z.dom as int check (z.d(value))",
  ],
  [
    "domain array cast",
    "privilege",
    "select '{1}'::z.dom[]",
    "create function z.d(int) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create domain z.dom as int check (z.d(value))",
  ],
  [
    "domain array by name",
    "privilege",
    "select '{1}'::z._dom",
    "create function z.d(int) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create domain z.dom as int check (z.d(value))",
  ],
  [
    "composite of domain",
    "privilege",
    "select json_populate_record(null::z.comp, '{\"a\": 1}')",
    "create function z.d(int) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create domain z.dom as int check (z.d(value)); create type z.comp as (a z.dom)",
  ],
  [
    "trigger when",
    "privilege",
    "insert into z.t values (1)",
    "create function z.w(int) returns bool language plpgsql as 'begin perform z.spy(); return true; end'; create function z.tf() returns trigger language plpgsql as 'begin return new; end'; create table z.t (id int); create trigger tr before insert on z.t for each row when (z.w(new.id)) execute function z.tf()",
  ],
  [
    "check op",
    "privilege",
    "insert into z.t values (1)",
    "create function z.o(int, int) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create operator z.=#= (leftarg = int, rightarg = int, function = z.o); create table z.t (id int check (id operator(z.=#=) 1))",
  ],
  [
    "rls op",
    "privilege",
    "select * from z.t",
    "create function z.o(int, int) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create operator z.=#= (leftarg = int, rightarg = int, function = z.o); create table z.t (id int); alter table z.t enable row level security; create policy p on z.t using (id operator(z.=#=) 1)",
  ],
  [
    "default op view",
    "privilege",
    "select 1 from z.v",
    "create function z.o(int, int) returns int language plpgsql immutable as 'begin perform z.spy(); return 1; end'; create view z.v as select z.o(1, 2) as a",
  ],
  [
    "view over view",
    "privilege",
    "select 1 from z.v2",
    "create function z.o(int, int) returns int language plpgsql immutable as 'begin perform z.spy(); return 1; end'; create view z.v as select z.o(1, 2) as a; create view z.v2 as select a from z.v",
  ],
  [
    "config search_path",
    "privilege",
    "select z.caller()",
    "create function z2.helper() returns int language plpgsql as 'begin perform z.spy(); return 1; end'; create or replace function public.helper() returns int language sql as 'select 1'; create function z.caller() returns int language plpgsql set search_path = z2 as 'begin return helper(); end'",
  ],
  [
    "body set path",
    "unknown",
    "do $$ begin set local search_path = z2; perform helper(); end $$",
    "create function z2.helper() returns int language plpgsql as 'begin perform z.spy(); return 1; end'; create or replace function public.helper() returns int language sql as 'select 1'",
  ],
  [
    "fn sets path then delete",
    "unknown",
    "select z.p(); select * from t",
    "create function z.p() returns void language plpgsql as 'begin perform set_config(''search_path'', ''z2'', true); end'",
  ],
  [
    "aggregate",
    "privilege",
    "select z.agg(1)",
    "create function z.s(int, int) returns int language plpgsql immutable as 'begin perform z.spy(); return 1; end'; create aggregate z.agg(int) (sfunc = z.s, stype = int)",
  ],
  ["atomic body", "privilege", "select z.b()", "create function z.b() returns bool language sql begin atomic select pg_reload_conf(); end"],
  ["return body", "privilege", "select z.b()", "create function z.b() returns bool language sql return pg_reload_conf()"],
  [
    "default arg",
    "privilege",
    "select z.f()",
    "create function z.d() returns int language plpgsql as 'begin perform z.spy(); return 1; end'; create function z.f(a int default z.d()) returns int language sql as 'select $1'",
  ],
  [
    "plpgsql decl domain",
    "privilege",
    "do $$ declare x z.dom := 1; begin end $$",
    "create function z.d(int) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create domain z.dom as int check (z.d(value))",
  ],
  [
    "plpgsql decl domain default",
    "privilege",
    "do $$ declare x z.dom; begin end $$",
    "create function z.dd() returns int language plpgsql as 'begin perform z.spy(); return 1; end'; create domain z.dom as int default z.dd()",
  ],
  [
    "fn arg domain",
    "privilege",
    "select z.f(1)",
    "create function z.d(int) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create domain z.dom as int check (z.d(value)); create function z.f(z.dom) returns int language sql as 'select 1'",
  ],
  [
    "fn return domain",
    "privilege",
    "select z.f()",
    "create function z.d(int) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create domain z.dom as int check (z.d(value)); create function z.f() returns z.dom language sql as 'select 1'",
  ],
  [
    "index on write",
    "privilege",
    "insert into z.t values (1)",
    "create function z.imm4(int) returns int language plpgsql immutable as 'begin perform z.spy(); return 1; end'; create table z.t (id int); create index on z.t (z.imm4(id))",
  ],
  [
    "sneaky cursor",
    "privilege",
    "declare c cursor for select z.evil()",
    "create function z.evil() returns int language plpgsql as 'begin perform z.spy(); return 1; end'",
  ],
  [
    "generated",
    "privilege",
    "update z.t set id = 1",
    "create function z.g(int) returns int language plpgsql immutable as 'begin perform z.spy(); return 1; end'; create table z.t (id int, b int generated always as (z.g(id)) stored)",
  ],
  [
    "operator class extension",
    "privilege",
    "select * from pg_class where relname::text like 'a'",
    "create function z.o(text, text) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create operator public.~~ (leftarg = text, rightarg = text, function = z.o)",
  ],
  [
    "not like",
    "privilege",
    "select 'a'::text not like 'b'",
    "create function z.o(text, text) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create operator public.!~~ (leftarg = text, rightarg = text, function = z.o)",
  ],
  [
    "not in sub",
    "privilege",
    "select 1 not in (select 'a'::text)",
    "create function z.o(int, text) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create operator public.= (leftarg = int, rightarg = text, function = z.o)",
  ],
  [
    "nullif",
    "privilege",
    "select nullif(1, 'a'::text)",
    "create function z.o(int, text) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create operator public.= (leftarg = int, rightarg = text, function = z.o)",
  ],
  [
    "negator/commutator",
    "privilege",
    "select 1 <> all (array['a'::text])",
    "create function z.o(int, text) returns bool language plpgsql immutable as 'begin perform z.spy(); return true; end'; create operator public.<> (leftarg = int, rightarg = text, function = z.o)",
  ],
  [
    "matview refresh",
    "privilege",
    "refresh materialized view z.mv",
    "create function z.evil() returns int language plpgsql as 'begin if current_setting(''z.off'', true) is distinct from ''on'' then perform z.spy(); end if; return 1; end'; set z.off = 'on'; create materialized view z.mv as select z.evil() a; reset z.off",
  ],
  [
    "row.name",
    "privilege",
    "select x.evil_of_row from z.t x",
    "create function public.evil_of_row(anyelement) returns int language plpgsql as 'begin perform z.spy(); return 1; end'; create table z.t (id int)",
  ],
  [
    "a function with a built-in's name",
    "privilege",
    "select lower(1)",
    "create function public.lower(int) returns int language plpgsql as 'begin perform z.spy(); return 1; end'",
  ],
  [
    "range estimates",
    "read",
    "select * from z.t where r && '[1,50)'",
    "create function z.diff(float8, float8) returns float8 language plpgsql immutable as 'begin perform z.spy(); return 1; end'; create type z.fr as range (subtype = float8, subtype_diff = z.diff); create table z.t (r z.fr)",
  ],
  [
    "a foreign table",
    "unknown",
    "select * from z.ft",
    "create extension postgres_fdw schema z; create server zs foreign data wrapper postgres_fdw options (host '203.0.113.1', use_remote_estimate 'true'); create foreign table z.ft (a int) server zs",
  ],
];

test.each(REACHED)("code reached by %s is %s and never planned: %s", async (_by, effect, text, made) => {
  await client.query(SPY);
  try {
    await client.query(made);
    const impact = await target.impact(text, { signal: new AbortController().signal, exact: true });
    expect(impact.effect, impact.warnings.join("; ")).toBe(effect);
    expect(impact.statements.at(-1)!.plan).toBeUndefined();
  } finally {
    await client.query(
      "drop schema z cascade; drop schema z2 cascade; drop function if exists public.helper, public.lower(int), public.evil_of_row(anyelement); drop operator if exists public.~~ (text, text), public.!~~ (text, text)",
    );
  }
});
