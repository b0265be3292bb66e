import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import type { Risk, Statement } from "@interlock/protocol";
import { planTransaction } from "../../src/execute/transaction-plan.ts";
import { postgres } from "../../src/index.ts";
import type { RiskCases } from "../../src/risks/risk-rule.ts";
import { RULES } from "../../src/risks/rules.ts";
import { holds } from "../../src/versions.data.ts";

/** Every rule's cases against a real server: what must warn, what must not, and that what is suggested is safer and runs. */
let server: TestPostgres;
let client: Client;
let target: Target;
let version: number;

beforeAll(async () => {
  server = await startTestPostgres();
  client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(await readFile(new URL("schema.sql", import.meta.url), "utf8"));
  await client.query("vacuum analyze");
  version = Number((await client.query("show server_version_num")).rows[0].server_version_num);
  target = postgres.open({ connectionName: "app", secret: { read: server.url }, maskedColumns: () => [] });
  await target.ping(new AbortController().signal);
}, 120_000);

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

const folder = new URL("../../src/risks/", import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".cases.ts"));
const cases = new Map<string, RiskCases>();
for (const file of files) {
  const module = (await import(new URL(file, folder).href)) as { cases: RiskCases };
  cases.set(file.split("/").at(-1)!.replace(".cases.ts", ""), module.cases);
}

async function statements(text: string, meanwhile?: string): Promise<Statement[]> {
  if (meanwhile !== undefined) {
    const other = new Client({ connectionString: server.url });
    await other.connect();
    try {
      await other.query(`begin; ${meanwhile}`);
      return await statements(text);
    } finally {
      await other.end();
    }
  }
  return (await target.impact(text, { signal: new AbortController().signal, exact: true })).statements;
}

const found = (list: readonly Statement[], code: string): { statement: Statement; risk: Risk }[] =>
  list.flatMap((statement) => statement.risks.filter((risk) => risk.code === code).map((risk) => ({ statement, risk })));

test("every rule has cases of both kinds, and every case a rule", () => {
  expect([...cases.keys()].toSorted()).toEqual(RULES.map(({ code }) => code).toSorted());
  for (const [code, { warns, quiet }] of cases) expect([warns.length > 0, quiet.length > 0], code).toEqual([true, true]);
});

describe.each([...cases])("%s", (code, { warns, quiet, meanwhile }) => {
  test.each(quiet)("leaves alone: %s", async (text) => {
    expect(found(await statements(text), code)).toEqual([]);
  });

  test.each(warns.map(([text, expected, since]) => ({ text, expected, since })))("warns: $text", async ({ text, expected, since }) => {
    if (since && !holds(since, version)) {
      // An older server is offered something else, or nothing.
      expect(found(await statements(text, meanwhile), code)).not.toEqual([]);
      return;
    }
    const [first] = found(await statements(text, meanwhile), code);
    expect(first, "the risk").toBeDefined();
    const { statement, risk } = first!;
    expect(risk.suggestion?.text).toBe(expected);
    if (expected === undefined) return;
    const edited = text.slice(0, statement.start) + expected + text.slice(statement.end);
    const after = await statements(edited);
    expect(found(after, code), "the risk after the edit").toEqual([]);
    // The edit must not only say less, it must be something the server does.
    expect(after.flatMap(({ willFail }) => willFail)).toEqual([]);
    await runs(edited);
  });
});

/** Runs a text as Interlock would: in one transaction, taken back; or by itself where it cannot be in one, on a copy of nothing that is kept. */
async function runs(text: string): Promise<void> {
  const planned = planTransaction(text);
  if (!planned.ok) throw new Error(planned.message);
  if (!planned.plan.transactional) return runsAlone(text);
  await client.query("BEGIN");
  try {
    await client.query(text);
  } finally {
    await client.query("ROLLBACK");
  }
}

/** What it makes or drops is put back from the indexes there were before. */
async function runsAlone(text: string): Promise<void> {
  const indexes = async (): Promise<Map<string, string>> =>
    new Map(
      (await client.query("select indexname, indexdef from pg_indexes where schemaname in ('public', 'shop')")).rows.map((row) => [
        row.indexname,
        row.indexdef,
      ]),
    );
  const before = await indexes();
  await client.query(text);
  const after = await indexes();
  for (const name of after.keys()) if (!before.has(name)) await client.query(`drop index ${name}`);
  for (const [name, definition] of before) if (!after.has(name)) await client.query(definition);
  const detached = await client.query(
    "select relispartition as attached from pg_class where oid = 'events_2026'::regclass and not relispartition",
  );
  if (detached.rows.length > 0)
    await client.query("alter table events attach partition events_2026 for values from ('2026-01-01') to ('2027-01-01')");
  await client.query("analyze");
}
