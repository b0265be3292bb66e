import { setTimeout as sleep } from "node:timers/promises";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { execute } from "../src/execute/execute.ts";
import { depsOf, onServer, proxyTo, recordingSink, requestFor, run, sql } from "./execute-harness.ts";

let server: TestPostgres;
let url: string;
beforeAll(async () => {
  server = await startTestPostgres();
  ({ url } = server);
});
afterAll(() => server?.stop());
beforeEach(async () => {
  await sql(url, "DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop; CREATE TABLE shop.orders (id int PRIMARY KEY, note text)");
  await sql(url, "INSERT INTO shop.orders SELECT g, 'order ' || g FROM generate_series(1, 20) g");
});

const count = async (table = "shop.orders"): Promise<number> => Number((await sql(url, `SELECT count(*) FROM ${table}`))[0]!["count"]);
/** Sessions of ours that are still there; none must be, whatever happened. */
const sessions = async (): Promise<number> =>
  Number((await sql(url, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'interlock:test'"))[0]!["count"]);

describe("results", () => {
  it("forwards rows with their columns and where they come from", async () => {
    const ran = await run(url, "SELECT id, upper(note) AS loud, NULL AS nothing FROM shop.orders WHERE id < 3 ORDER BY id", {
      access: "read",
    });
    expect(ran).toMatchObject({ state: "succeeded", affected: [] });
    const [result] = ran.results;
    expect(result!.rows).toEqual([
      ["1", "ORDER 1", null],
      ["2", "ORDER 2", null],
    ]);
    expect(result!.truncated).toBe(false);
    expect(result!.columns.map(({ name, type, sources }) => ({ name, type, sources }))).toEqual([
      { name: "id", type: "int4", sources: ["shop.orders.id"] },
      { name: "loud", type: "text", sources: ["shop.orders.note"] },
      { name: "nothing", type: "text", sources: [] },
    ]);
  });

  it("names types as PostgreSQL does, arrays and the seldom ones included", async () => {
    const text = "SELECT '{1}'::int4[] AS a, '10.0.0.1'::inet AS b, '{x}'::text[] AS c, 'shop.orders'::regclass AS d, '(1,2)'::point AS e";
    const [result] = (await run(url, text, { access: "read" })).results;
    expect(result!.columns.map(({ type }) => type)).toEqual(["_int4", "inet", "_text", "regclass", "point"]);
  });

  it("keeps results, notices and counts of several statements apart", async () => {
    const text = `SELECT 1; DO $$ BEGIN RAISE NOTICE 'working'; END $$;
      UPDATE shop.orders SET note = 'é' WHERE id <= 2 RETURNING note; SELECT count(*) FROM shop.orders WHERE note = 'é'`;
    const ran = await run(url, text);
    expect(ran.state).toBe("succeeded");
    expect(ran.results.map(({ statement, rows }) => ({ statement, rows }))).toEqual([
      { statement: 0, rows: [["1"]] },
      { statement: 2, rows: [["é"], ["é"]] },
      { statement: 3, rows: [["2"]] },
    ]);
    expect(ran.notices).toEqual([{ statement: 1, text: "NOTICE: working\nLOCATION: exec_stmt_raise, pl_exec.c" }]);
    expect(ran.affected).toEqual([{ object: "shop.orders", inserted: 0, updated: 2, deleted: 0 }]);
  });

  it.each([
    [19, 19, true],
    [20, 20, false],
    [21, 20, false],
    [0, 0, true],
  ])("stops at a cap of %i", async (rowCap, rows, truncated) => {
    const ran = await run(url, "SELECT * FROM shop.orders", { rowCap, access: "read" });
    expect(ran.state).toBe("succeeded");
    expect(ran.results[0]!.rows.length).toBe(rows);
    expect(ran.results[0]!.truncated).toBe(truncated);
  });

  it("leaves rows beyond the cap on the server", async () => {
    await sql(url, "CREATE SEQUENCE shop.seen");
    const ran = await run(url, "SELECT nextval('shop.seen') FROM generate_series(1, 1000000)", { rowCap: 1_000 });
    expect(ran.results[0]!.rows.length).toBe(1_000);
    const [seen] = await sql(url, "SELECT last_value FROM shop.seen");
    expect(Number(seen!["last_value"])).toBe(1_001);
  });

  it("carries rows of many megabytes, split over any number of packets", async () => {
    const ran = await run(url, "SELECT repeat('x', 20000000) AS a, 'y' AS b UNION ALL SELECT 'small', repeat('z', 3000000)", {
      access: "read",
    });
    expect(ran.results[0]!.rows.map((row) => row.map((value) => value!.length))).toEqual([
      [20_000_000, 1],
      [5, 3_000_000],
    ]);
  });

  it("stops the server when the sink does not take more", async () => {
    await sql(url, "CREATE SEQUENCE shop.made");
    const open = Promise.withResolvers<void>();
    const sink = recordingSink();
    const rows = sink.rows.bind(sink);
    let first = true;
    sink.rows = async (...row) => {
      if (!first) await open.promise;
      first = false;
      return rows(...row);
    };
    const text = "SELECT nextval('shop.made'), repeat('x', 1000) FROM generate_series(1, 100000)";
    const done = execute(depsOf(url), await requestFor(url, text), sink, new AbortController().signal);
    await sleep(500);
    const made = Number((await sql(url, "SELECT last_value FROM shop.made"))[0]!["last_value"]);
    expect(made).toBeLessThan(5_000);
    open.resolve();
    expect((await done).state).toBe("succeeded");
    expect(sink.results[0]!.rows.length).toBe(100_000);
  });

  it("streams a million rows of six columns in bounded memory", async () => {
    const text = `SELECT g AS id, 'customer ' || g AS name, md5(g::text) AS hash, g * 1.5 AS amount, now() AS at, g % 7 = 0 AS odd
      FROM generate_series(1, 1000000) g`;
    const request = await requestFor(url, text, { access: "read" });
    let rows = 0;
    let most = 0;
    const sink = {
      ...recordingSink(),
      rows(_: number, __: Uint8Array, more: number) {
        rows += more;
        most = Math.max(most, process.memoryUsage.rss());
      },
    };
    const signal = new AbortController().signal;
    await execute(depsOf(url), { ...request, rowCap: 200_000 }, sink, signal);
    [rows, most] = [0, 0];
    const before = process.memoryUsage.rss();
    expect((await execute(depsOf(url), request, sink, signal)).state).toBe("succeeded");
    expect(rows).toBe(1_000_000);
    expect(most - before).toBeLessThan(64 * 1024 * 1024);
  });
});

describe("transactions", () => {
  it("undoes everything when one statement fails", async () => {
    const ran = await run(url, "DELETE FROM shop.orders; INSERT INTO shop.orders VALUES (1, 'a'), (1, 'b')");
    expect(ran).toMatchObject({ state: "failed", affected: [], error: { code: "statement_failed", statement: 1 } });
    expect(ran.error!.message).toContain("23505");
    expect(await count()).toBe(20);
  });

  it.each([
    ["BEGIN; DELETE FROM shop.orders WHERE id = 1; COMMIT", "succeeded", 19],
    ["BEGIN ISOLATION LEVEL SERIALIZABLE; DELETE FROM shop.orders WHERE id = 1", "succeeded", 19],
    ["DELETE FROM shop.orders; ROLLBACK", "rolled_back", 20],
    ["DELETE FROM shop.orders WHERE id = 1; SAVEPOINT s; DELETE FROM shop.orders; ROLLBACK TO s", "succeeded", 19],
    ["SAVEPOINT s; DELETE FROM shop.orders WHERE id = 1; RELEASE s", "succeeded", 19],
    ["DELETE FROM shop.orders; COMMIT; SELECT 1", "failed", 20],
    ["DELETE FROM shop.orders; COMMIT AND CHAIN", "failed", 20],
    ["DELETE FROM shop.orders; BEGIN", "failed", 20],
    ["DELETE FROM shop.orders; PREPARE TRANSACTION 'p'", "failed", 20],
    ["BEGIN READ ONLY; DELETE FROM shop.orders", "failed", 20],
    ["DELETE FROM shop.orders; VACUUM shop.orders", "failed", 20],
    ["DO $$ BEGIN DELETE FROM shop.orders; COMMIT; END $$", "failed", 20],
    ["COPY shop.orders TO STDOUT", "failed", 20],
    ["DELETE FROM shop.orders; COPY shop.orders FROM STDIN", "failed", 20],
  ])("%s → %s", async (text, state, left) => {
    expect((await run(url, text)).state).toBe(state);
    expect(await count()).toBe(left);
  });

  it("runs what cannot be in a transaction when it is alone", async () => {
    expect(await run(url, "CREATE INDEX CONCURRENTLY note_idx ON shop.orders (note)")).toMatchObject({ state: "succeeded" });
    expect(await run(url, "VACUUM shop.orders")).toMatchObject({ state: "succeeded" });
    expect((await sql(url, "SELECT 1 FROM pg_indexes WHERE indexname = 'note_idx'")).length).toBe(1);
  });

  it("says clearly that COMMIT belongs at the end", async () => {
    const ran = await run(url, "DELETE FROM shop.orders; COMMIT; SELECT 1");
    expect(ran.error).toMatchObject({ code: "statement_failed", statement: 1 });
    expect(ran.error!.message).toContain("end of a command");
  });

  it.each([
    ["", "empty_command"],
    ["-- nothing", "empty_command"],
    ["SELEC 1", "syntax_error"],
    ["SELECT 1\0; DROP TABLE shop.orders", "syntax_error"],
  ])("does not run %j", async (text, code) => expect(await run(url, text)).toMatchObject({ state: "failed", error: { code } }));
});

describe("read access", () => {
  it.each([
    "DELETE FROM shop.orders",
    "SET TRANSACTION READ WRITE; DELETE FROM shop.orders",
    "BEGIN READ WRITE; DELETE FROM shop.orders; COMMIT",
    "SET transaction_read_only = off; DELETE FROM shop.orders",
    "SAVEPOINT s; SET TRANSACTION READ WRITE; DELETE FROM shop.orders",
    "SELECT set_config('transaction_read_only', 'off', false); DELETE FROM shop.orders",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE; DELETE FROM shop.orders",
    "RESET ALL; DELETE FROM shop.orders",
    "WITH gone AS (DELETE FROM shop.orders RETURNING *) SELECT * FROM gone",
    "DO $$ BEGIN DELETE FROM shop.orders; END $$",
    "DECLARE c CURSOR WITH HOLD FOR SELECT 1; TRUNCATE shop.orders",
    "VACUUM shop.orders",
    "CREATE TABLE shop.more (id int)",
  ])("cannot write: %s", async (text) => {
    expect(await run(url, text, { access: "read" })).toMatchObject({ state: "failed", affected: [] });
    expect(await count()).toBe(20);
  });
});

describe("what was approved", () => {
  it("does not run when a name stands for something else by now", async () => {
    const request = await requestFor(url, "DELETE FROM shop.orders");
    await sql(url, "ALTER TABLE shop.orders RENAME TO old; CREATE TABLE shop.orders AS SELECT * FROM shop.old");
    const outcome = await execute(depsOf(url), request, recordingSink(), new AbortController().signal);
    expect(outcome).toMatchObject({ state: "failed", error: { code: "targets_changed" } });
    expect(await count()).toBe(20);
  });
});

describe("stopping", () => {
  const endless = "SELECT generate_series(1, 100000000), pg_sleep(0.0001)";

  it("is quiet within 100 ms of a cancel, and the server is, too", async () => {
    const took: number[] = [];
    // The best of a few: what else the machine does at one moment is not ours.
    for (let run = 0; run < 5 && Math.min(...took) >= 100; run++) {
      const stop = new AbortController();
      const sink = recordingSink();
      const started = Promise.withResolvers<void>();
      const rows = sink.rows.bind(sink);
      let last = 0;
      sink.rows = (...row) => {
        started.resolve();
        last = performance.now();
        return rows(...row);
      };
      const done = execute(depsOf(url), await requestFor(url, endless), sink, stop.signal);
      await started.promise;
      await sleep(100);
      const asked = performance.now();
      stop.abort();
      expect(await done).toMatchObject({ state: "cancelled", error: { code: "cancelled" } });
      took.push(performance.now() - asked);
      expect(last).toBeLessThanOrEqual(asked);
      expect(await sessions()).toBe(0);
    }
    expect(Math.min(...took)).toBeLessThan(100);
  });

  it("cancels a statement that sends nothing, and what it wrote is undone", async () => {
    const stop = new AbortController();
    const done = run(url, "DELETE FROM shop.orders; SELECT pg_sleep(60)", {}, stop.signal);
    await sleep(400);
    stop.abort();
    expect(await done).toMatchObject({ state: "cancelled", affected: [] });
    expect(await count()).toBe(20);
    expect(await sessions()).toBe(0);
  });

  it("cancels while the sink holds the rows back", async () => {
    const stop = new AbortController();
    const sink = recordingSink();
    sink.rows = () => new Promise(() => {});
    const done = execute(depsOf(url), await requestFor(url, "SELECT * FROM generate_series(1, 1000000)"), sink, stop.signal);
    await sleep(300);
    stop.abort();
    expect((await done).state).toBe("cancelled");
    expect(await sessions()).toBe(0);
  });

  it("does not begin what is cancelled before", async () => {
    expect(await run(url, "DELETE FROM shop.orders", {}, AbortSignal.abort())).toMatchObject({ state: "cancelled" });
    expect(await count()).toBe(20);
  });

  it.each([
    "SELECT pg_sleep(60)",
    "SET statement_timeout = 0; SELECT pg_sleep(60)",
    "SELECT set_config('statement_timeout', '0', false); SELECT pg_sleep(60)",
    "RESET ALL; SELECT pg_sleep(60)",
    endless,
  ])("ends after its time: %s", async (text) => {
    const started = performance.now();
    expect(await run(url, text, { timeoutMs: 300 })).toMatchObject({ state: "failed", error: { code: "statement_timeout" } });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(await sessions()).toBe(0);
  });

  it("stops with the sink's own fault and undoes the rest", async () => {
    const sink = recordingSink();
    sink.rows = () => {
      throw Object.assign(new Error("no room"), { code: "storage_full" });
    };
    const request = await requestFor(url, "DELETE FROM shop.orders; SELECT * FROM generate_series(1, 1000000)");
    const outcome = await execute(depsOf(url), request, sink, new AbortController().signal);
    expect(outcome).toMatchObject({ state: "failed", error: { code: "storage_full" } });
    expect(await count()).toBe(20);
    expect(await sessions()).toBe(0);
  });

  it("does not wait long for somebody else's lock", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const holder = onServer(url, async (client) => {
      await client.query("BEGIN; LOCK TABLE shop.orders");
      resolve();
      await sleep(4_500);
    });
    await promise;
    const request = { ...(await requestFor(url, "SELECT 1")), text: "DELETE FROM shop.orders" };
    const deps = { ...depsOf(url), resolve: async () => request.resolution };
    const outcome = await execute(deps, request, recordingSink(), new AbortController().signal);
    expect(outcome).toMatchObject({ state: "failed", error: { code: "statement_failed" } });
    expect(outcome.error!.message).toContain("55P03");
    await holder;
  });
});

describe("faults of the target", () => {
  it("says wrong_password without telling it", async () => {
    const wrong = new URL(url);
    wrong.password = "not-the-password";
    await sql(url, "SET password_encryption = 'scram-sha-256'");
    const request = await requestFor(url, "SELECT 1");
    const outcome = await execute(depsOf(wrong.href), request, recordingSink(), new AbortController().signal);
    expect(outcome).toMatchObject({ state: "failed", error: { code: "wrong_password" } });
    expect(JSON.stringify(outcome)).not.toContain("not-the-password");
  });

  it.each(["postgres://u:hidden@127.0.0.1:1/x", "postgres://u:hidden@127.0.0.1:99999999/x", "nonsense with hidden"])(
    "says target_down for %s",
    async (dsn) => {
      const request = await requestFor(url, "SELECT 1");
      const outcome = await execute(depsOf(dsn), request, recordingSink(), new AbortController().signal);
      expect(outcome).toMatchObject({ state: "failed", error: { code: "target_down" } });
      expect(JSON.stringify(outcome)).not.toContain("hidden");
    },
  );

  it("fails when the socket is lost in the middle of a result", async () => {
    const proxy = await proxyTo(url);
    try {
      const sink = recordingSink();
      sink.rows = () => proxy.cut();
      const request = await requestFor(url, "DELETE FROM shop.orders; SELECT * FROM generate_series(1, 10000000)");
      const outcome = await execute(depsOf(proxy.url), request, sink, new AbortController().signal);
      expect(outcome).toMatchObject({ state: "failed", error: { code: "target_down", statement: 1 } });
      await sleep(200);
      expect(await count()).toBe(20);
    } finally {
      await proxy.close();
    }
  });

  it("does not know the outcome when the socket is lost after COMMIT was sent", async () => {
    const proxy = await proxyTo(url, (bytes, cut) => void (bytes.includes("COMMIT") && cut()));
    try {
      const request = await requestFor(url, "DELETE FROM shop.orders WHERE id = 1");
      const outcome = await execute(depsOf(proxy.url), request, recordingSink(), new AbortController().signal);
      expect(outcome).toMatchObject({ state: "unknown", affected: [], error: { code: "target_down" } });
      expect(await count()).toBe(19);
    } finally {
      await proxy.close();
    }
  });

  it("does not know the outcome of a statement outside transactions when the socket is lost", async () => {
    const proxy = await proxyTo(url);
    try {
      const text = "CREATE INDEX CONCURRENTLY i ON shop.orders (note)";
      const request = await requestFor(url, text);
      // Building concurrently waits for transactions that began before it.
      const holder = sql(url, "BEGIN; SELECT * FROM shop.orders; SELECT pg_sleep(1.5); COMMIT");
      await sleep(100);
      setTimeout(() => proxy.cut(), 500);
      const deps = { ...depsOf(proxy.url), resolve: async () => request.resolution };
      const outcome = await execute(deps, request, recordingSink(), new AbortController().signal);
      expect(outcome).toMatchObject({ state: "unknown" });
      await holder;
    } finally {
      await proxy.close();
    }
  });

  it("fails when the server ends the session", async () => {
    const done = run(url, "DELETE FROM shop.orders; SELECT pg_sleep(30)");
    await sleep(400);
    await sql(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'interlock:test'");
    expect(await done).toMatchObject({ state: "failed", error: { code: "target_down" } });
    expect(await count()).toBe(20);
  });
});
