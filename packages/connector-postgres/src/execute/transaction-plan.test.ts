import { describe, expect, it } from "vitest";
import { planTransaction } from "./transaction-plan.ts";

function plan(text: string) {
  const planned = planTransaction(text);
  if (!planned.ok) throw new Error(planned.message);
  return planned.plan;
}

describe("planTransaction", () => {
  it("cuts by bytes what is not ASCII", () => {
    expect(plan("SELECT 'é😀'; SELECT 'ü' ;").statements.map(({ text, index, act }) => [index, act, text])).toEqual([
      [0, "run", "SELECT 'é😀'"],
      [1, "run", "SELECT 'ü'"],
    ]);
  });

  it("answers BEGIN and COMMIT itself and keeps the isolation asked for", () => {
    const { statements, beginOptions, transactional } = plan("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SELECT 1; END");
    expect(statements.map(({ act }) => act)).toEqual(["own", "run", "own"]);
    expect(beginOptions).toBe("ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    expect(transactional).toBe(true);
  });

  it.each([
    "COMMIT; SELECT 1",
    "SELECT 1; BEGIN",
    "COMMIT AND CHAIN",
    "ROLLBACK AND CHAIN",
    "PREPARE TRANSACTION 'x'",
    "COMMIT PREPARED 'x'",
    "ROLLBACK; SELECT 1",
    "COPY t TO STDOUT",
    "COPY t FROM STDIN",
    "VACUUM; SELECT 1",
    "SELECT 1; CREATE DATABASE x",
  ])("refuses %s", (text) => expect(planTransaction(text)).toMatchObject({ ok: false, code: "statement_failed" }));

  it.each([
    "VACUUM t",
    "CREATE INDEX CONCURRENTLY i ON t (a)",
    "DROP INDEX CONCURRENTLY i",
    "REINDEX TABLE CONCURRENTLY t",
    "REINDEX DATABASE d",
    "CLUSTER",
    "ALTER TABLE a DETACH PARTITION b CONCURRENTLY",
    "ALTER SYSTEM SET work_mem = '1GB'",
    "CREATE DATABASE x",
    "DROP DATABASE x",
    "CREATE TABLESPACE x LOCATION '/x'",
    "ALTER DATABASE x SET TABLESPACE y",
    "DROP SUBSCRIPTION s",
  ])("knows that %s cannot be in a transaction", (text) => expect(plan(text).transactional).toBe(false));

  it.each([
    "ANALYZE t",
    "CREATE INDEX i ON t (a)",
    "REINDEX TABLE t",
    "CLUSTER t",
    "ALTER TABLE a DETACH PARTITION b",
    "DROP INDEX i",
    "COPY t FROM '/x'",
  ])("knows that %s can", (text) => expect(plan(text).transactional).toBe(true));

  it("names what the text defines anew", () => {
    const text = `ALTER TABLE a.b ADD c int; DROP TABLE d, "E".f; REFRESH MATERIALIZED VIEW m; DROP SCHEMA "odd.s" CASCADE; TRUNCATE t`;
    expect(plan(text)).toMatchObject({ truncates: true, defines: { relations: ['"a"."b"', '"d"', '"E"."f"', '"m"'], schemas: ["odd.s"] } });
  });
});
