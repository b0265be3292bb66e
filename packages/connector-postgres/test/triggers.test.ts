import { readFile } from "node:fs/promises";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import type { Impact } from "@interlock/protocol";
import { postgres } from "../src/index.ts";
import { truthOf } from "./truth.ts";

let server: TestPostgres;
let client: Client;
let target: Target;

beforeAll(async () => {
  server = await startTestPostgres();
  client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(await readFile(new URL("schema.sql", import.meta.url), "utf8"));
  await client.query("create schema extra");
  target = postgres.open({ connectionName: "shop", secret: { read: server.url }, maskedColumns: () => [] });
}, 120_000);

afterEach(async () => {
  await client.query("set client_min_messages = warning; drop schema extra cascade; create schema extra");
});

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

const impact = (text: string): Promise<Impact> => target.impact(text, { signal: new AbortController().signal, exact: true });

/** A trigger function in `extra` with this body, hung on a table. */
const hang = (body: string, trigger: string, language = "plpgsql") =>
  client.query(
    `create function extra.f() returns trigger language ${language} as $$ ${body} $$; create trigger extra_t ${trigger} execute function extra.f()`,
  );

test("a trigger that swallows rows makes the count an estimate", async () => {
  await hang("begin if old.id > 5 then return null; end if; return old; end", "before delete on shop.refunds for each row");
  expect((await impact("delete from shop.refunds")).statements[0]!.effects[0]!.rows.kind).not.toBe("exact");
});

test("a trigger that always raises is foretold", async () => {
  await hang("begin raise exception 'never'; end", "before delete on shop.refunds for each row");
  const found = await impact("delete from shop.refunds");
  expect(found.statements[0]!.willFail).toMatchObject([{ code: "P0001" }]);
  await expect(client.query("delete from shop.refunds")).rejects.toMatchObject({ code: "P0001" });
});

test("a trigger with dynamic SQL is unknown", async () => {
  await hang("begin execute 'delete from shop.items'; return old; end", "after delete on shop.refunds for each row");
  const found = await impact("delete from shop.refunds where id = 1");
  expect(found).toMatchObject({ effect: "unknown", complete: false });
  // What can be read of it is said all the same.
  expect(found.statements[0]!.locks).toContainEqual({ object: "shop.items", mode: "RowExclusiveLock" });
});

describe("what a body does is counted before it runs", () => {
  const SETUP = `drop schema extra cascade; create schema extra;
    create table extra.t (id int primary key, v int); create table extra.u (id int primary key, v int);
    create table extra.log (what text); create table extra.p (id int primary key) partition by range (id);
    create table extra.p_low partition of extra.p for values from (0) to (100); create table extra.p_high partition of extra.p default;
    insert into extra.t select i, i % 5 from generate_series(1, 20) i; insert into extra.u select i, 0 from generate_series(1, 3) i;
    insert into extra.p select i from generate_series(1, 10) i; analyze extra.t, extra.u, extra.p`;

  test.each<[string, string, string]>([
    ["if old.v = 4 then insert into extra.log values ('x'); end if; return null;", "", "delete from extra.t where id < 11"],
    ["if old.v = 9 then insert into extra.log values ('x'); end if; return null;", "", "delete from extra.t where id < 11"],
    ["if old.v = 4 then return null; end if; insert into extra.log values ('x'); return null;", "", "delete from extra.t where id < 11"],
    [
      "if old.v = 4 then null; elsif old.v = 3 then insert into extra.log values ('x'), ('y'); else insert into extra.log values ('z'); end if; return null;",
      "",
      "delete from extra.t",
    ],
    ["if new.v > 3 then insert into extra.log values ('x'); end if; return null;", "", "update extra.t set v = v + 1 where id < 9"],
    [
      "new.v := 9; if new.v > 3 then insert into extra.log values ('x'); end if; return null;",
      "",
      "update extra.t set v = v + 1 where id < 9",
    ],
    [
      "if new.v > 3 then insert into extra.log values ('x'); end if; return null;",
      "",
      "insert into extra.t values (30, 3), (31, 4), (32, null)",
    ],
    ["insert into extra.log values ('x'); return null;", "when (old.v = 1)", "delete from extra.t where id < 11"],
    ["insert into extra.log values ('x'); return null;", "when (old.v = 9)", "delete from extra.t where id < 11"],
    ["delete from extra.u where id = old.id; return null;", "", "delete from extra.t where id > 10"],
    ["delete from extra.u where id = old.id; return null;", "", "delete from extra.t where id > 2"],
    ["delete from extra.u where id = old.v; return null;", "", "delete from extra.t"],
    ["update extra.u set v = 1 where id = old.v; return null;", "", "delete from extra.t"],
    ["insert into extra.u values (40, 1); delete from extra.u where id = old.id; return null;", "", "delete from extra.t where id = 11"],
    ["delete from extra.p where id = old.id; return null;", "", "delete from extra.t where id < 4"],
    ["delete from extra.p where id = old.id; return null;", "", "delete from extra.t where id = 15"],
    ["delete from extra.p where id = old.id * 100; return null;", "", "delete from extra.t where id = 15"],
    ["delete from extra.u where id = old.id; return null;", "", "insert into extra.u values (15, 1); delete from extra.t where id = 15"],
    [
      "delete from extra.u where id = old.id; return null;",
      "",
      "merge into extra.t using extra.u on t.id = u.id + 12 when matched then delete",
    ],
  ])("%s %s: %s", async (body, when, text) => {
    await client.query(SETUP);
    const events = when === "" && body.includes("new.") ? "insert or update" : "delete";
    await hang(`begin ${body} end`, `after ${events} on extra.t for each row ${when}`);
    const found = await impact(text);
    const truth = await truthOf(client, text);
    const locks = found.statements.flatMap((statement) => statement.locks.map(({ object, mode }) => `${object}/${mode}`));
    expect(new Set(locks)).toEqual(truth.locks);
    // The log is written by triggers alone, so that its counter is what was foretold.
    const logged = found.statements.flatMap(({ sideEffects }) => sideEffects.flatMap((item) => item.writes ?? []));
    for (const { rows } of logged.filter(({ object, rows }) => object === "extra.log" && rows.kind === "exact"))
      expect(rows.value).toBe(truth.written.get("extra.log")?.inserted ?? 0);
    const sure = /^if|when/.test(`${body} ${when}`) && !body.startsWith("if old.v = 4 then return null") && !body.includes("elsif");
    if (sure) expect(logged.map(({ rows }) => rows.kind)).toEqual(["exact"]);
  });
});

test("a trigger on a cascade's child counts, and raises the effect", async () => {
  await hang("begin delete from shop.order_log where id = old.id; return old; end", "after update on shop.refunds for each row");
  const found = await impact("delete from shop.orders where id = 8");
  const writes = found.statements[0]!.sideEffects.flatMap((effect) => effect.writes ?? []);
  expect(writes.map((write) => `${write.effect} ${write.object}`)).toContain("delete shop.order_log");
});

test("ON CONFLICT DO UPDATE fires update triggers", async () => {
  const found = await impact(
    "insert into shop.orders (id, customer_id, amount) values (1, 2, 3) on conflict (id) do update set amount = 9",
  );
  expect(found.statements[0]!.sideEffects.map((effect) => effect.name)).toContain("orders_log → shop.log_order");
});

test("an event trigger makes a definition as strong as what it runs", async () => {
  await client.query(
    "create function extra.e() returns event_trigger language plpgsql as $$ begin execute 'x'; end $$; create event trigger extra_e on ddl_command_end execute function extra.e()",
  );
  expect(await impact("create table extra.t (a int)")).toMatchObject({ effect: "unknown", complete: false });
  await client.query("drop event trigger extra_e");
});

test("a rule makes a write what it makes of it", async () => {
  await client.query(
    "create table extra.t (a int); create rule r as on insert to extra.t do also delete from shop.refunds where id = new.a",
  );
  const found = await impact("insert into extra.t values (1)");
  expect(found).toMatchObject({ effect: "delete", complete: true });
  expect(found.statements[0]!.effects).toMatchObject([
    { object: "extra.t", effect: "append", rows: { value: 1, kind: "exact" } },
    { object: "shop.refunds", effect: "delete", rows: { value: 1, kind: "exact" } },
  ]);
});

test("functions in defaults and checks run with a write, not with a read", async () => {
  await client.query(
    "create function extra.g() returns int language plpgsql as $$ begin delete from shop.items; return 1; end $$; create table extra.t (id int, a int default extra.g())",
  );
  expect((await impact("insert into extra.t values (1)")).effect).toBe("delete");
  expect((await impact("select * from extra.t")).effect).toBe("read");
});

test("an operator of somebody's own is what its code does, and never planned", async () => {
  await client.query(
    "create function extra.o(int, int) returns boolean language sql immutable as 'with d as (delete from shop.items returning 1) select count(*) > 0 from d'; create operator extra.=== (function = extra.o, leftarg = int, rightarg = int)",
  );
  const found = await impact("select 1 from shop.orders where 1 operator(extra.===) 2");
  expect(found).toMatchObject({ effect: "delete", complete: false });
  expect(found.statements[0]!.plan).toBeUndefined();
});

test("a function in front of a built-in of the same name is judged, too", async () => {
  await client.query(
    "create function public.lower(shop.status) returns text language plpgsql as $$ begin delete from shop.items; return 'x'; end $$",
  );
  expect((await impact("select lower(status) from shop.orders")).effect).toBe("delete");
  await client.query("drop function public.lower(shop.status)");
});

test.each(["delete from extra.p where id = 2", "delete from extra.p where id = 1", "delete from only extra.p"])(
  "what only inherits has no keys of its parent: %s",
  async (text) => {
    await client.query(
      `drop table if exists extra.k, extra.c, extra.p; create table extra.p (id int primary key); create table extra.c () inherits (extra.p);
       create table extra.k (id int references extra.p on delete cascade);
       insert into extra.p values (1); insert into extra.c values (1), (2); insert into extra.k values (1); analyze extra.p, extra.c, extra.k`,
    );
    const [statement] = (await impact(text)).statements;
    const truth = await truthOf(client, text);
    const keyed = truth.written.get("extra.k")?.deleted ?? 0;
    expect(statement!.cascades).toMatchObject([{ object: "extra.k", rows: { value: keyed, kind: "exact" } }]);
    const own = ["extra.p", "extra.c"].reduce((sum, name) => sum + (truth.written.get(name)?.deleted ?? 0), 0);
    expect(statement!.effects[0]!.rows).toMatchObject({ value: own, kind: "exact" });
  },
);
