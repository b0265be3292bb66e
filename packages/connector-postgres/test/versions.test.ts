import { readFile } from "node:fs/promises";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { postgres } from "../src/index.ts";
import { run } from "./execute-harness.ts";
import { truthOf } from "./truth.ts";
import { VERSION_SCHEMA, VERSION_STATEMENTS } from "./version-syntax.data.ts";

/**
 * What Interlock promises on the versions before the newest, held against a real server of each. All other tests of this package run on the
 * newest; `INTERLOCK_TEST_POSTGRES=13` runs them on another. Where the server's programs cannot be fetched this fails: nobody should believe
 * that it passed.
 */
const VERSIONS = [13, 14, 15, 16, 17];

/** Writes whose figures are counted, and definitions whose locks changed over the versions. */
const WRITES = [
  "delete from shop.orders where id between 1200 and 1290",
  "update shop.events set kind = 'x' where at < date '2025-08-01'",
  "delete from shop.nodes where id = 1",
  "insert into shop.order_log (order_id, what) select id, 'copied' from shop.orders where amount < 100",
  "alter table shop.orders alter column status set not null",
  "alter table shop.nodes add constraint c check (id > 0) no inherit",
  "alter table shop.events add constraint c check (kind <> '')",
  "alter table shop.events detach partition shop.events_2025",
  "alter table shop.orders add constraint c check (amount > -1) not valid",
  "create index on shop.events (kind)",
  "reindex table shop.refunds",
  "truncate shop.refunds",
];

describe.each(VERSIONS)("PostgreSQL %i", (version) => {
  let server: TestPostgres;
  let client: Client;
  let target: Target;
  const impact = async (text: string) =>
    (await target.impact(text, { signal: new AbortController().signal, exact: true, countingMs: 5_000 })).statements[0]!;

  beforeAll(async () => {
    server = await startTestPostgres({ wal_level: "logical" }, { version });
    client = new Client({ connectionString: server.url });
    client.on("notice", () => {});
    await client.connect();
    await client.query(await readFile(new URL("schema.sql", import.meta.url), "utf8"));
    await client.query("create role version_role");
    await client.query(VERSION_SCHEMA);
    target = postgres.open({ connectionName: "v", secret: { read: server.url }, maskedColumns: () => ["*.customers.email"] });
  });
  afterAll(async () => {
    await target?.close();
    await client?.end();
    await server?.stop();
  });

  test("what it does not read is said before it is sent, and nothing else", { timeout: 120_000 }, async () => {
    const wrong: Record<string, unknown> = {};
    for (const text of VERSION_STATEMENTS) {
      const foretold = (await impact(text)).willFail.map((item) => item.code);
      const { refused } = await truthOf(client, text);
      if (refused === undefined ? foretold.length > 0 : !foretold.includes(refused)) wrong[text] = { foretold, refused };
    }
    expect(wrong).toEqual({});
  });

  test("rows and locks are the server's", async () => {
    for (const text of WRITES) {
      const found = await impact(text);
      const truth = await truthOf(client, text);
      expect(truth.refused, text).toBeUndefined();
      expect(found.willFail, text).toEqual([]);
      const claimed = new Set(found.locks.map((lock) => `${lock.object}/${lock.mode}`));
      expect(
        [...truth.locks].filter((lock) => !claimed.has(lock)),
        text,
      ).toEqual([]);
      const figures = [...found.effects.filter(({ effect }) => ["delete", "modify", "append"].includes(effect)), ...found.cascades];
      if (text.startsWith("truncate") || found.effect === "schema") continue;
      expect(
        figures.map(({ rows }) => rows.kind),
        text,
      ).toEqual(figures.map(() => "exact"));
      const counted = [...truth.written.values()].reduce((sum, row) => sum + row.inserted + row.updated + row.deleted, 0);
      const foreseen = [...figures, ...found.sideEffects.flatMap((effect) => effect.writes ?? [])].reduce(
        (sum, { rows }) => sum + rows.value,
        0,
      );
      expect(foreseen, text).toBe(counted);
    }
  });

  test("a function of somebody's own that a newer server would not call is followed", async () => {
    await client.query(
      "create function public.json_array(int) returns int language sql as 'delete from shop.refunds where id = $1 returning 1'",
    );
    const { effect } = await impact("select json_array(1)");
    const { written } = await truthOf(client, "select json_array(1)");
    await client.query("drop function public.json_array(int)");
    expect(written.has("shop.refunds")).toBe(version < 16);
    expect(effect).toBe("delete");
  });

  test("the guard, the schema and the completion work", async () => {
    const guard = { approved: [{ object: "shop.refunds", rows: 1 }] };
    const more = await run(server.url, "delete from shop.refunds where id < 3", { guard });
    expect(more).toMatchObject({ state: "rolled_back", guard: [{ object: "shop.refunds", approved: 1 }] });
    expect(JSON.stringify(await target.schema(new AbortController().signal))).toContain("customers");
  });
});
