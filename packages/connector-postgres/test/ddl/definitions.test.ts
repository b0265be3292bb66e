import { readdirSync, readFileSync } from "node:fs";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import type { Statement } from "@interlock/protocol";
import { postgres } from "../../src/index.ts";
import { isFor, schemaFor } from "./schema.ts";
import { definitionTruth, type DefinitionTruth } from "./definition-truth.ts";

/** Every definition is foretold, then run and taken back; what was foretold must be what the server did. One statement a line. */
let server: TestPostgres;
let client: Client;
let target: Target;

beforeAll(async () => {
  server = await startTestPostgres({ wal_level: "logical" });
  client = new Client({ connectionString: server.url });
  client.on("notice", () => {});
  await client.connect();
  await client.query(await schemaFor(server.version));
  target = postgres.open({ connectionName: "app", secret: { read: server.url }, maskedColumns: () => [] });
  await target.ping(new AbortController().signal);
}, 120_000);

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

const folder = new URL("cases/", import.meta.url);
const families = readdirSync(folder).map((file) => ({
  family: file.replace(".sql", ""),
  statements: readFileSync(new URL(file, folder), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("--")),
}));

describe.each(families)("$family", ({ family, statements }) => {
  test.for(statements)("%s", async (text, { skip }) => {
    skip(!isFor(text, server.version), "this server does not know it");
    const impact = await target.impact(text, { signal: new AbortController().signal, exact: true });
    const truth = await definitionTruth(client, text);
    const statement = impact.statements[0]!;
    if (truth.refused) {
      expect(statement.willFail.map((item) => item.code)).toContain(truth.refused.code);
      return;
    }
    expect(statement.willFail).toEqual([]);
    expect(impact.complete).toBe(family !== "incomplete");
    compareLocks(statement, truth, text);
    if (!text.startsWith("truncate")) expect(statement.rewrites.toSorted()).toEqual([...truth.rewritten].toSorted());
    compareScans(statement, truth, text);
    expect(unsaid(statement, truth, text)).toEqual([]);
  });
});

const keys = (locks: readonly { object: string; mode: string }[]): string[] =>
  locks.map(({ object, mode }) => `${object}/${mode}`).toSorted();

/** Of relations exactly the server's; of indexes those that the statement names. */
function compareLocks(statement: Statement, truth: DefinitionTruth, text: string): void {
  const isIndex = (object: string): boolean => truth.indexes.has(object);
  expect(keys(statement.locks.filter(({ object }) => !isIndex(object)))).toEqual(keys(truth.locks));
  const claimed = statement.locks.filter(({ object }) => isIndex(object));
  expect(keys(truth.indexLocks)).toEqual(expect.arrayContaining(keys(claimed)));
  const named = [...truth.indexes].filter(
    (name) => /\b(?:index|cluster)\b/i.test(text) && new RegExp(`\\b${name.split(".")[1]}\\b`).test(text),
  );
  const locked = truth.indexLocks.filter(({ object }) => named.includes(object));
  expect(keys(claimed)).toEqual(expect.arrayContaining(keys(locked)));
}

/** The parent of a foreign key is looked up in, however the server plans that: it counts as read only where it is said to be. */
function compareScans(statement: Statement, truth: DefinitionTruth, text: string): void {
  if (/^(?:create (?:temp )?table|create materialized|select|refresh|truncate)/.test(text)) return;
  const said = new Set([...statement.rewrites, ...statement.scans]);
  const looked = new Set(
    truth.locks.filter(({ mode }) => mode === "RowShareLock" || mode === "AccessShareLock").map(({ object }) => object),
  );
  expect([...truth.read].filter((name) => !truth.made.has(name) && !said.has(name) && !looked.has(name))).toEqual([]);
  expect([...said].filter((name) => !truth.read.has(name) && !truth.rewritten.has(name))).toEqual([]);
}

/** What is gone, and what is new, without having been said. A new name for the same thing takes nothing away. */
function unsaid(statement: Statement, truth: DefinitionTruth, text: string): string[] {
  const said = statement.effects.flatMap(({ object, columns = [] }) => [object, ...columns.map((column) => `${object}.${column}`)]);
  const gone = /\brename\b|\bset schema\b/.test(text) ? [] : [...truth.gone];
  const isSaid = (name: string): boolean => said.some((object) => name === object || name.endsWith(` ${object}`));
  return [...gone, ...truth.made].filter(
    (name) => !isSaid(name) && !(name.startsWith("pg_temp") && said.some((object) => object.startsWith("pg_temp"))),
  );
}
