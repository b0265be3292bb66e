import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { EFFECTS, type Impact, type Statement } from "@interlock/protocol";
import { postgres } from "../src/index.ts";
import { EFFECTS_BEHIND, REFUSED, SCHEMA, STATEMENTS } from "./rules.data.ts";
import { truthOf } from "./truth.ts";

let server: TestPostgres;
let client: Client;
let target: Target;
let version: number;

beforeAll(async () => {
  server = await startTestPostgres();
  client = new Client({ connectionString: server.url, options: "-c client_min_messages=error" });
  await client.connect();
  await client.query(SCHEMA);
  await client.query("do $$ begin execute format('alter database %I set search_path = r', current_database()); end $$");
  version = (await client.query("select current_setting('server_version_num')::int as n")).rows[0].n;
  if (version >= 150_000) await client.query("alter view invoked set (security_invoker)");
  target = postgres.open({ connectionName: "rules", secret: { read: server.url }, maskedColumns: () => [] });
}, 120_000);

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

const analysed = (text: string): Promise<Impact> =>
  target.impact(text, { signal: new AbortController().signal, exact: true, countingMs: 10_000 });

const WRITES = { append: "inserted", modify: "updated", delete: "deleted" } as const;

/** All that is said to be written, by `object effect`; undefined where any of it is not exact. */
function claimed(statements: readonly Statement[]): Map<string, number | undefined> {
  const sums = new Map<string, number | undefined>();
  const figures = statements.flatMap(({ effects, cascades, sideEffects }) => [
    ...effects,
    ...cascades,
    ...sideEffects.flatMap((item) => item.writes ?? []),
  ]);
  for (const { object, effect, rows } of figures) {
    if (!(effect in WRITES)) continue;
    const key = `${object} ${effect}`;
    const known = sums.has(key) ? sums.get(key) : 0;
    sums.set(key, known === undefined || rows.kind !== "exact" ? undefined : known + rows.value);
  }
  return sums;
}

type Counts = { inserted: number; updated: number; deleted: number };

/** Rows of a partition are those of its whole, where only that is named. */
function charged(written: ReadonlyMap<string, Counts>, named: ReadonlySet<string>): [string, Counts][] {
  const all = new Map<string, Counts>();
  for (const [name, { inserted, updated, deleted }] of written) {
    const object = named.has(name) ? name : name.replace(/_(low|high)$/, "");
    const sum = all.get(object) ?? { inserted: 0, updated: 0, deleted: 0 };
    all.set(object, { inserted: sum.inserted + inserted, updated: sum.updated + updated, deleted: sum.deleted + deleted });
  }
  return [...all];
}

test.each(STATEMENTS)("%s: %s", async (figures, text, since = 0) => {
  if (since > version) return;
  const impact = await analysed(text);
  const truth = await truthOf(client, text);
  expect(truth.refused).toBeUndefined();
  expect(impact.statements.flatMap((statement) => statement.willFail)).toEqual([]);
  expect(impact.effect).not.toBe("unknown");
  expect(impact.complete).toBe(figures !== "open");
  const said = claimed(impact.statements);
  const done = new Map<string, number>(
    charged(truth.written, new Set([...said.keys()].map((key) => key.slice(0, key.lastIndexOf(" "))))).flatMap(([object, counts]) =>
      Object.entries(WRITES).flatMap(([effect, column]) =>
        counts[column] > 0 ? [[`${object} ${effect}`, counts[column]] as [string, number]] : [],
      ),
    ),
  );
  const rank = (effect: string): number => EFFECTS.indexOf(effect as never);
  for (const key of done.keys()) {
    expect([...said.keys()]).toContain(key);
    expect(rank(impact.effect)).toBeGreaterThanOrEqual(rank(key.split(" ").at(-1)!));
  }
  for (const [key, rows] of said) if (rows !== undefined) expect([key, rows]).toEqual([key, done.get(key) ?? 0]);
  if (figures === "exact") for (const key of done.keys()) expect([key, said.get(key)]).toEqual([key, done.get(key)]);
  const locks = new Set(impact.statements.flatMap((statement) => statement.locks.map(({ object, mode }) => `${object}/${mode}`)));
  expect([...locks].toSorted()).toEqual([...truth.locks].toSorted());
});

test.each(REFUSED)("%s is refused with %s", async (text, code, since = 0) => {
  if (since > version) return;
  const impact = await analysed(text);
  const truth = await truthOf(client, text);
  expect(truth.refused).toBe(code);
  expect(impact.statements[0]!.willFail.map((item) => item.code)).toContain(code);
});

test.each(EFFECTS_BEHIND)("%s is called %s", async (text, effect) => {
  expect((await analysed(text)).effect).toBe(effect);
});
