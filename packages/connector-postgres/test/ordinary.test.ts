import { readFile } from "node:fs/promises";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { postgres } from "../src/index.ts";
import { ORDINARY } from "./ordinary.data.ts";

let server: TestPostgres;
let client: Client;
let target: Target;

/** A database as there are many: extensions, functions and types of its own, types with code among them. */
const LIVED_IN = `
create extension citext; create extension pg_trgm; create extension hstore; create extension "uuid-ossp"; create extension pgcrypto;
create extension unaccent; create extension fuzzystrmatch; create extension ltree; create extension btree_gist; create extension tablefunc;
create extension pgstattuple; create extension pg_freespacemap; create extension pg_stat_statements;
create table shop.accounts (handle citext primary key, tags hstore, path ltree, id uuid default uuid_generate_v4());
create table shop.bookings (room int, during tstzrange, exclude using gist (room with =, during with &&));
create domain shop.money_amount as numeric check (value >= 0);
create function shop.is_fair(numeric) returns bool language sql immutable as 'select $1 < 1000000';
create domain shop.fair_amount as numeric check (shop.is_fair(value));
create table shop.invoices (id int, total shop.fair_amount, open shop.money_amount);
create function shop.total_of(bigint) returns numeric language plpgsql stable as 'declare r numeric; begin select sum(amount) into r from shop.orders where id = $1; return r; end';
create function shop.label(shop.orders) returns text language sql stable begin atomic select $1.id || ' ' || $1.status::text; end;
create function shop.busy(n int) returns setof bigint language sql stable return (select id from shop.orders limit 1);
create procedure shop.clear_badges() language sql as 'delete from shop.badges';
create function shop.label_of(shop.status) returns text language sql immutable as 'select upper($1::text)';
create type shop.pair as (a int, b int);
create function shop.pair_eq(shop.pair, shop.pair) returns bool language sql immutable as 'select $1.a = $2.a';
create operator shop.=== (leftarg = shop.pair, rightarg = shop.pair, function = shop.pair_eq)`;

beforeAll(async () => {
  server = await startTestPostgres();
  client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(await readFile(new URL("schema.sql", import.meta.url), "utf8"));
  await client.query(LIVED_IN);
  target = postgres.open({ connectionName: "shop", secret: { read: server.url }, maskedColumns: () => [] });
}, 120_000);

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

const CASES = ORDINARY.flatMap(([effect, texts]) => texts.map((text) => [effect, text] as const));

test.each(CASES)("%s: %s", async (effect, text) => {
  expect(CASES.length).toBeGreaterThan(200);
  const impact = await target.impact(text, { signal: new AbortController().signal, exact: false });
  expect(impact.effect, impact.warnings.join("; ")).toBe(effect);
});
