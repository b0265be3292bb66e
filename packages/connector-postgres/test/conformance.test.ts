import { conformance } from "@interlock/connector/conformance";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgres, type PostgresSecret } from "../src/index.ts";
import { sql } from "./execute-harness.ts";

const PASSWORD = "not-the-password-of-anyone";
let server: TestPostgres;
let url = "";
beforeAll(async () => {
  server = await startTestPostgres();
  ({ url } = server);
});
afterAll(() => server?.stop());

const elsewhere = (change: (dsn: URL) => void): PostgresSecret => {
  const dsn = new URL(url);
  change(dsn);
  return { read: dsn.href };
};

const cases = conformance<PostgresSecret>({
  connector: postgres,
  get secret() {
    return { read: url };
  },
  get downSecret() {
    return elsewhere((dsn) => {
      dsn.port = "1";
      dsn.password = PASSWORD;
    });
  },
  get wrongSecret() {
    return elsewhere((dsn) => void (dsn.password = PASSWORD));
  },
  password: PASSWORD,
  badSecrets: [
    undefined,
    null,
    1,
    "text",
    {},
    { read: 1 },
    { read: `mysql://u:${PASSWORD}@h/d` },
    { read: "postgres://h/d", write: PASSWORD },
  ],
  garbage: ["SELEC 1", "DELETE FROM", "'", "SELECT 1 FROM t WHERE (", "drop table c.rows; garbage"],
  read: "SELECT id, note FROM c.rows ORDER BY id",
  many: "SELECT generate_series(1, 100000), repeat('x', 100)",
  slow: "SELECT pg_sleep(60)",
  write: { text: "UPDATE c.rows SET note = note || '!' WHERE id <= 3", object: "c.rows", rows: 3 },
  writeThenFail: "UPDATE c.rows SET note = note || '!' WHERE id <= 3; SELECT 1 / 0",
  written: async () => Number((await sql(url, "SELECT coalesce(max(length(note)) - 1, 0) AS n FROM c.rows"))[0]!["n"]),
  reset: async () =>
    void (await sql(
      url,
      "DROP SCHEMA IF EXISTS c CASCADE; CREATE SCHEMA c; CREATE TABLE c.rows AS SELECT n AS id, 'x' AS note FROM generate_series(1, 20) n",
    )),
  replaceTarget: async () => void (await sql(url, "DROP TABLE c.rows; CREATE TABLE c.rows AS SELECT 1 AS id, 'x' AS note")),
  openRuns: async () =>
    Number((await sql(url, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'interlock:conformance'"))[0]!["count"]),
});

describe("connector-postgres conforms", () => {
  it.each(cases)("$name", (rule) => expect(rule.run()).resolves.toBeUndefined());
});
