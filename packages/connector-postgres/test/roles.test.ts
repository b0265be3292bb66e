import { readFile } from "node:fs/promises";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { postgres } from "../src/index.ts";
import { recordingSink } from "./execute-harness.ts";

let server: TestPostgres;
let client: Client;
let target: Target;
const signal = new AbortController().signal;

/** The same server as another role. */
const as = (role: string): string => {
  const url = new URL(server.url);
  url.username = role;
  url.password = role;
  return url.href;
};

beforeAll(async () => {
  server = await startTestPostgres();
  client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(await readFile(new URL("schema.sql", import.meta.url), "utf8"));
  await client.query(`
    create role reader login password 'reader';
    create role writer login password 'writer';
    grant usage on schema shop to reader, writer;
    grant select on all tables in schema shop to reader, writer;
    grant insert, update, delete on all tables in schema shop to writer;
    alter role reader set search_path = shop;
    revoke select on shop.nodes from reader;
    create schema mine authorization writer;
    create table mine.own (id int);
    alter table mine.own owner to writer`);
  target = postgres.open({ connectionName: "shop", secret: { read: as("reader"), write: as("writer") }, maskedColumns: () => [] });
}, 120_000);

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

const impact = (text: string) => target.impact(text, { signal, exact: true });

test("reading texts are resolved and analysed as the reading role, all others as the writing one", async () => {
  expect((await target.resolve("select * from shop.orders", signal)).role).toBe("reader");
  expect((await target.resolve("delete from shop.orders", signal)).role).toBe("writer");
  expect((await target.resolve("select shop.purge(1)", signal)).role).toBe("writer");
  expect((await target.resolve("selec", signal)).role).toBe("writer");
});

test("a write that is only explained needs the writing role's rights, and still only reads", async () => {
  const text = "explain delete from shop.orders where id = 1005";
  expect(await impact(text)).toMatchObject({ effect: "read", statements: [{ willFail: [] }] });
  const request = {
    text,
    resolution: await target.resolve(text, signal),
    access: "read",
    timeoutMs: 5_000,
    rowCap: 100,
    applicationName: "test",
  } as const;
  const sink = recordingSink();
  expect(await target.execute(request, sink, signal)).toMatchObject({ state: "succeeded" });
  expect(sink.results[0]!.rows.flat().join(" ")).toContain("Delete on orders");
  const analysing = { ...request, text: "explain analyze delete from shop.orders where id = 1005" };
  expect(
    await target.execute({ ...analysing, resolution: await target.resolve(analysing.text, signal) }, recordingSink(), signal),
  ).toMatchObject({
    state: "failed",
  });
});

test("names are those of the role's own search_path", async () => {
  expect((await impact("select * from orders")).statements[0]!.willFail).toEqual([]);
  expect((await impact("delete from orders")).statements[0]!.willFail).toMatchObject([{ code: "42P01" }]);
});

test("missing rights are foretold", async () => {
  expect((await impact("select * from shop.nodes")).statements[0]!.willFail).toMatchObject([{ code: "42501" }]);
  const write = await impact("delete from shop.refunds where id < 4");
  expect(write).toMatchObject({ effect: "delete", complete: true });
  expect(write.statements[0]!.effects[0]!.rows).toMatchObject({ value: 3, kind: "exact" });
});

test.each([
  "alter table shop.orders add column note text",
  "create index on shop.orders (amount)",
  "drop table shop.refunds",
  "alter table shop.orders rename to o",
  "truncate shop.refunds",
  "create table shop.fresh (id int)",
  "create view shop.fresh as select 1",
  "create table mine.fresh (id int)",
  "alter table mine.own add column note text",
  "drop table mine.own",
  "truncate mine.own",
])("foretells the server's own refusal, and only that: %s", async (text) => {
  const writer = new Client({ connectionString: as("writer") });
  await writer.connect();
  await writer.query("begin");
  const refused = await writer.query(text).then(
    () => false,
    (error: { code?: string }) => error.code === "42501",
  );
  await writer.end();
  const foretold = (await impact(text)).statements[0]!.willFail.some(({ code }) => code === "42501");
  expect(foretold).toBe(refused);
});

test("analysis sessions cannot write, and show themselves", async () => {
  await impact("delete from shop.refunds where id < 4");
  const sessions = await client.query(
    "select usename, application_name from pg_stat_activity where application_name = 'interlock:analysis' order by 1",
  );
  expect(new Set(sessions.rows.map((row) => row.usename))).toEqual(new Set(["reader", "writer"]));
  expect((await client.query("select count(*)::int as n from shop.refunds")).rows[0].n).toBe(300);
});

test("an analysis stopped half-way is unknown and leaves nothing running", async () => {
  const stop = new AbortController();
  const found = target.impact("delete from shop.items;".repeat(200), { signal: stop.signal, exact: true });
  setTimeout(() => stop.abort(), 30);
  expect(await found).toMatchObject({ effect: "unknown", complete: false });
  const busy = await client.query("select 1 from pg_stat_activity where application_name = 'interlock:analysis' and state = 'active'");
  expect(busy.rowCount).toBe(0);
  expect((await impact("select 1")).effect).toBe("read");
});

test("a server that reads quotes in another way is not analysed", async () => {
  await client.query("alter role reader set standard_conforming_strings = off");
  const other = postgres.open({ connectionName: "other", secret: { read: as("reader") }, maskedColumns: () => [] });
  try {
    expect(await other.impact("select 1", { signal, exact: true })).toMatchObject({ effect: "unknown", complete: false });
  } finally {
    await other.close();
    await client.query("alter role reader reset standard_conforming_strings");
  }
});
