import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { postgres } from "../src/index.ts";

/** What a standby refuses is said beforehand, and nothing else is: each text is run there, too. */
let server: TestPostgres;
let client: Client;
let target: Target;

beforeAll(async () => {
  server = await startTestPostgres();
  const primary = new Client({ connectionString: server.url });
  await primary.connect();
  await primary.query("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT i FROM generate_series(1, 9) i");
  await primary.end();
  const { url } = await server.restartAsStandby();
  client = new Client({ connectionString: url });
  await client.connect();
  target = postgres.open({ connectionName: "standby", secret: { read: url }, maskedColumns: () => [] });
}, 120_000);

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

test.each([
  "DELETE FROM t WHERE id = 1",
  "DELETE FROM t WHERE id = 100",
  "UPDATE t SET v = 'x'",
  "INSERT INTO t VALUES (10)",
  "WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone",
  "EXPLAIN (ANALYZE) DELETE FROM t",
  "TRUNCATE t",
  "CREATE TABLE u (a int)",
  "CREATE TEMP TABLE u (a int)",
  "SELECT * INTO u FROM t",
  "ALTER TABLE t ADD COLUMN w int",
  "DROP TABLE t",
  "CREATE INDEX ON t (v)",
  "GRANT SELECT ON t TO PUBLIC",
  "CREATE ROLE somebody",
  "COMMENT ON TABLE t IS 'x'",
  "VACUUM t",
  "REINDEX TABLE t",
  "SELECT * FROM t",
  "EXPLAIN DELETE FROM t",
  "SET work_mem = '8MB'",
  "SHOW work_mem",
  "CHECKPOINT",
  "LOCK TABLE t IN ACCESS SHARE MODE",
])("%s", async (text) => {
  const refused = await client.query(text).then(
    () => undefined,
    (error: { code: string }) => error.code,
  );
  const impact = await target.impact(text, { signal: new AbortController().signal, exact: true });
  const said = impact.statements[0]!.willFail.some(({ code }) => code === "25006");
  expect(said, `the server says ${refused}`).toBe(refused === "25006");
});
