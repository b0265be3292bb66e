import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "../src/migrate.ts";
import { startTestPostgres, type TestPostgres } from "../src/testing.ts";

let server: TestPostgres;
let folder: string;

beforeAll(async () => {
  server = await startTestPostgres();
  folder = await mkdtemp(join(tmpdir(), "interlock-migrations-"));
  await write("1_first", "CREATE TABLE a (n int); INSERT INTO a VALUES (1);");
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await server?.stop();
});

async function write(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, "migration.sql"), sql);
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: "array" })).rows.map((row: unknown[]) => row[0]);
  } finally {
    await client.end();
  }
}

test("applies each migration once, in order, also when several services start at once", async () => {
  const url = await server.createDatabase("concurrent");
  await write("2_second", "INSERT INTO a SELECT n + 1 FROM a;");
  const applied = await Promise.all([migrate(url, folder), migrate(url, folder), migrate(url, folder)]);
  expect(applied.map((names) => names.length).sort((a, b) => a - b)).toEqual([0, 0, 2]);
  expect(await query(url, "SELECT n FROM a ORDER BY n")).toEqual([1, 2]);
  expect(await migrate(url, folder)).toEqual([]);
  expect(await query(url, `SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY 1`)).toEqual([
    "1_first",
    "2_second",
  ]);
});

test("a failing migration is named, leaves nothing behind, and can be mended and run again", async () => {
  const url = await server.createDatabase("failing");
  await write("3_third", "CREATE TABLE b (n int); SELECT 1/0;");
  await expect(migrate(url, folder)).rejects.toThrow(/3_third failed and was rolled back: division by zero/);
  expect(await query(url, "SELECT to_regclass('b')")).toEqual([null]);
  await write("3_third", "CREATE TABLE b (n int);");
  expect(await migrate(url, folder)).toEqual(["3_third"]);
});

test("a migration that changed after it was applied is refused by name", async () => {
  const url = await server.createDatabase("changed");
  await migrate(url, folder);
  await write("1_first", "CREATE TABLE a (n bigint);");
  await expect(migrate(url, folder)).rejects.toThrow(/1_first was changed/);
  await write("1_first", "CREATE TABLE a (n int); INSERT INTO a VALUES (1);");
});
