import { expect, test } from "vitest";
import type { Effect } from "@interlock/protocol";
import { parse } from "./parse.ts";

/**
 * Every way found to make a statement look like less than it is. Rows are added, never removed: [text, effect by the text alone].
 * `unknown` is right wherever a catalogue is needed to say more.
 */
const EVASIONS: [string, Effect][] = [
  // Data-modifying CTEs
  ["with x as (delete from t returning *) select * from x", "delete"],
  ["with x as (insert into t values (1) returning *) select 1", "append"],
  ["with x as (update t set a = 1 returning *) select count(*) from x", "modify"],
  ["with recursive r as (select 1), d as (delete from t) select * from r", "delete"],
  ["select * from (with x as (delete from t returning a) select a from x) y", "delete"],
  ["insert into a with d as (delete from b returning *) select * from d", "delete"],
  ["merge into t using s on t.id = s.id when matched then delete", "delete"],
  ["merge into t using s on t.id = s.id when matched then do nothing when not matched then insert values (1)", "append"],
  ["merge into t using s on t.id = s.id when not matched by source then update set a = 1", "modify"],
  ["insert into t values (1) on conflict (id) do update set a = 2", "modify"],
  // Reads that make or lock something
  ["select * into new_table from t", "schema"],
  ["create table x as select 1", "schema"],
  ["create temp table x as select 1", "schema"],
  ["select * from t for update", "session"],
  ["select * from t for key share skip locked", "session"],
  ["select * from (select * from t for update) s", "session"],
  // EXPLAIN runs what it is told to ANALYZE
  ["explain analyze delete from t", "delete"],
  ["explain (analyze) update t set a = 1", "modify"],
  ["explain (analyze true, buffers) insert into t values (1)", "append"],
  ["explain (analyze 'on') delete from t", "delete"],
  ["explain (analyze off) delete from t", "read"],
  ["explain (analyze 0) delete from t", "read"],
  ["explain (analyze 2) delete from t", "delete"],
  ["explain delete from t", "read"],
  ["explain analyze execute q", "unknown"],
  ["explain analyze create table x as select pg_terminate_backend(1)", "schema"],
  // COPY
  ["copy t from stdin", "append"],
  ["copy t to stdout", "read"],
  ["copy t from '/etc/passwd'", "privilege"],
  ["copy t to '/tmp/x'", "privilege"],
  ["copy t to program 'sh -c id'", "privilege"],
  ["copy t from program 'id'", "privilege"],
  ["copy (delete from t returning *) to stdout", "delete"],
  ["copy (select pg_terminate_backend(1)) to stdout", "modify"],
  // Code
  ["do $$ begin delete from t; end $$", "delete"],
  ["do $$ begin execute 'drop table t'; end $$", "unknown"],
  ["do $$ begin for r in execute 'select 1' loop null; end loop; end $$", "unknown"],
  ["do language plpython3u $$ import os $$", "unknown"],
  ["do $$ begin perform pg_terminate_backend(1); end $$", "modify"],
  ["do $$ begin if pg_read_file('x') is null then null; end if; end $$", "privilege"],
  ["do $$ declare a text := pg_read_file('x'); begin end $$", "privilege"],
  ["do $$ begin commit; end $$", "unknown"],
  ["call p()", "unknown"],
  ["call pg_catalog.now()", "read"],
  ["select my_function()", "unknown"],
  ["select public.lower('x')", "unknown"],
  ["select t.* from t order by my_function(t.a)", "unknown"],
  ["select 1 from t group by my_function(a)", "unknown"],
  ["select 1 limit my_function()", "unknown"],
  ["select * from my_function() as x", "unknown"],
  ["select count(*) filter (where my_function()) from t", "unknown"],
  ["select sum(a) over (order by my_function()) from t", "unknown"],
  ["values (my_function())", "unknown"],
  ["table t", "read"],
  ["update t set a = my_function()", "unknown"],
  ["select * from t tablesample my_method(10)", "unknown"],
  // Prepared statements and cursors
  ["prepare q as delete from t", "delete"],
  ["execute q", "unknown"],
  ["create table x as execute q", "unknown"],
  ["declare c cursor for select * from t for update", "session"],
  ["declare c cursor for select my_function()", "unknown"],
  ["fetch 10 from c", "session"],
  // Identity, rights, server configuration
  ["set role postgres", "privilege"],
  ["set local role postgres", "privilege"],
  ["set session authorization postgres", "privilege"],
  ["reset role", "privilege"],
  ["select set_config('role', 'postgres', false)", "privilege"],
  ["select set_config(x, 'postgres', false) from t", "privilege"],
  ["select set_config('search_path', 'evil', false)", "session"],
  ["set search_path to evil", "session"],
  ["set session_replication_role = replica", "privilege"],
  ["set log_statement = 'none'", "privilege"],
  ["set application_name = 'payments-api'", "privilege"],
  ["select set_config('application_name', 'payments-api', false)", "privilege"],
  ["set transaction_read_only = off", "session"],
  ["alter system set log_statement = 'none'", "privilege"],
  ["select pg_reload_conf()", "privilege"],
  ["alter role x superuser", "privilege"],
  ["grant all on t to public", "privilege"],
  ["alter default privileges grant all on tables to public", "privilege"],
  ["alter table t owner to x", "privilege"],
  ["alter table t disable row level security", "privilege"],
  ["create policy p on t using (true)", "privilege"],
  ["drop policy p on t", "privilege"],
  ["security label on table t is 'x'", "privilege"],
  ["create extension dblink", "privilege"],
  ["create function f() returns int language c as 'x'", "privilege"],
  ["create function f() returns int language sql security definer as 'select 1'", "privilege"],
  ["create function f() returns int language sql as 'delete from t; select 1'", "schema"],
  ["create schema s create table t (a int) grant all on t to public", "privilege"],
  ["create subscription s connection 'host=x' publication p", "privilege"],
  ["create user mapping for public server s", "privilege"],
  ["load 'x'", "privilege"],
  // Built-in functions
  ["select pg_terminate_backend(1)", "modify"],
  ["select pg_catalog.pg_cancel_backend(1)", "modify"],
  ["select nextval('s')", "session"],
  ["select setval('s', 1)", "modify"],
  ["select pg_read_file('/etc/passwd')", "privilege"],
  ["select pg_ls_dir('/')", "privilege"],
  ["select lo_unlink(1)", "delete"],
  ["select lo_export(1, '/tmp/x')", "privilege"],
  ["select lo_import('/etc/passwd')", "privilege"],
  ["select lo_create(0)", "append"],
  ["select pg_sleep(100)", "session"],
  ["select pg_advisory_lock(1)", "session"],
  ["select pg_notify('a', 'b')", "modify"],
  ["select pg_drop_replication_slot('x')", "delete"],
  ["select pg_promote()", "privilege"],
  ["select query_to_xml('delete from t', true, false, '')", "unknown"],
  ["select table_to_xml('t', true, false, '')", "unknown"],
  ["select database_to_xml(true, false, '')", "unknown"],
  ["select ts_stat('select pg_sleep(1)')", "unknown"],
  ["select dblink('host=x', 'delete from t')", "unknown"],
  ["select dblink_exec('x', 'y')", "unknown"],
  ["select pg_input_is_valid('x', 'my_domain')", "unknown"],
  ["select pg_logical_slot_get_changes('s', null, null)", "modify"],
  ["select pg_stat_reset()", "modify"],
  ["select lower('X'), now(), count(*) from t", "read"],
  // Transactions
  ["commit", "session"],
  ["commit prepared 'x'", "unknown"],
  ["prepare transaction 'x'", "unknown"],
  ["rollback to s", "session"],
  // Others
  ["lock table t", "session"],
  ["listen x", "session"],
  ["notify x", "modify"],
  ["truncate t", "delete"],
  ["refresh materialized view v", "modify"],
  ["vacuum full t", "modify"],
  ["drop database x", "schema"],
  ["drop owned by x", "privilege"],
  ["/* select */ delete from t", "delete"],
  ["select 'x' -- '\n; ", "read"],
  ["select", "read"],
  ["selec 1", "unknown"],
];

const RANK = ["read", "session", "append", "modify", "delete", "schema", "privilege", "unknown"];

test.each(EVASIONS)("%s → %s", (text, effect) => {
  const { statements } = parse(text);
  const strongest = statements.map((statement) => statement.effect).toSorted((a, b) => RANK.indexOf(b) - RANK.indexOf(a))[0];
  expect(strongest).toBe(effect);
});

test("a NUL hides nothing behind it", () => {
  expect(parse("select 1\0; drop table t").statements.some((statement) => statement.effect === "read")).toBe(false);
});

test("deep nesting is unknown, not a crash", { timeout: 30_000 }, () => {
  for (const text of [`select ${"(".repeat(20_000)}1${")".repeat(20_000)}`, `select ${"1+".repeat(20_000)}1`]) {
    expect(parse(text).statements.map((statement) => statement.effect)).toEqual(["unknown"]);
  }
});
