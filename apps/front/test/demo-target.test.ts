import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seedDemoTarget, type DemoCredentials } from "../src/demo-target.ts";

let server: TestPostgres;
let home: string;
let credentials: DemoCredentials;
let tookMs: number;
let read: Client;
let write: Client;

beforeAll(async () => {
  server = await startTestPostgres();
  home = await mkdtemp(join(tmpdir(), "interlock-demo-"));
  const started = performance.now();
  credentials = await seedDemoTarget(server.adminUrl, home, () => {});
  tookMs = performance.now() - started;
  read = new Client({ connectionString: credentials.read });
  write = new Client({ connectionString: credentials.write });
  await Promise.all([read.connect(), write.connect()]);
});
afterAll(async () => {
  await Promise.all([read?.end(), write?.end()]);
  await server?.stop();
  if (home) await rm(home, { recursive: true, force: true });
});

const one = async <T>(sql: string, client = read): Promise<T> =>
  Object.values(((await client.query(sql)).rows as Record<string, T>[])[0] ?? {})[0]!;

test("is as large as promised, in under 10 s", async () => {
  expect(await one("SELECT count(*)::int FROM payments.customers")).toBe(50_000);
  expect(await one("SELECT count(*)::int FROM payments.orders")).toBe(200_000);
  expect(await one<number>("SELECT count(*)::int FROM payments.order_items")).toBeGreaterThanOrEqual(800_000);
  expect(await one<number>("SELECT count(*)::int FROM payments.refunds")).toBeGreaterThan(10_000);
  expect(tookMs).toBeLessThan(10_000);
});

test("tells the story: 12,431 orders are stuck in pending since the deploy", async () => {
  const stuck = "FROM payments.orders WHERE status = 'pending' AND created_at > '2026-11-20 23:40'";
  expect(await one(`SELECT count(*)::int ${stuck}`)).toBe(12_431);
  expect(await one(`SELECT count(*)::int FROM payments.refunds WHERE order_id IN (SELECT id ${stuck})`)).toBe(96);
});

test("is the same every time: these sums were computed once and must never change", async () => {
  const sum = (table: string, columns: string): Promise<string> =>
    one(`SELECT md5(string_agg(md5(ROW(${columns})::text), '' ORDER BY id)) FROM ${table}`);
  expect(await sum("payments.orders", "id, customer_id, status, amount, extract(epoch FROM created_at)")).toBe(
    "ec8fef88ced3a10c93564ca8f9bfb2a4",
  );
  expect(await sum("payments.customers", "id, full_name, email, phone, card_number")).toBe("5c9f28527f3658260c03b15b6aef597e");
});

test("every card number carries a right check digit (Luhn) and is of a test range", async () => {
  const { rows } = await read.query<{ card_number: string }>("SELECT card_number FROM payments.customers");
  const valid = (digits: string): boolean =>
    Array.from(digits)
      .reverse()
      .reduce((sum, digit, place) => {
        const value = Number(digit) * (place % 2 === 1 ? 2 : 1);
        return sum + (value > 9 ? value - 9 : value);
      }, 0) %
      10 ===
    0;
  expect(rows.filter((row) => !/^\d{16}$/.test(row.card_number) || !valid(row.card_number))).toEqual([]);
  const ranges = new Set(rows.map((row) => row.card_number.slice(0, 6)));
  expect([...ranges].sort()).toEqual(["222300", "400000", "424242", "510510", "555555", "601111"]);
});

test("has foreign keys with every ON DELETE action, a trigger, views, partitions and an enum", async () => {
  const { rows } = await read.query<{ action: string }>(
    "SELECT DISTINCT confdeltype AS action FROM pg_constraint WHERE contype = 'f' ORDER BY 1",
  );
  expect(rows.map((row) => row.action).join("")).toBe("acdnr");
  const kinds =
    "SELECT string_agg(DISTINCT relkind::text, '' ORDER BY relkind::text) FROM pg_class WHERE relnamespace IN ('payments'::regnamespace, 'ledger'::regnamespace)";
  const found = await one<string>(kinds);
  for (const kind of ["r", "v", "m", "p", "i", "S"]) expect(found).toContain(kind);
  expect(await one("SELECT tgname FROM pg_trigger WHERE tgrelid = 'payments.orders'::regclass AND NOT tgisinternal")).toBe("audit_orders");
  expect(await one<number>("SELECT count(*)::int FROM pg_enum")).toBe(6);
});

test("one foreign key has no index on purpose; all others have", async () => {
  const { rows } = await read.query<{ name: string }>(
    `SELECT conname AS name FROM pg_constraint k WHERE contype = 'f' AND conparentid = 0 AND NOT EXISTS (
       SELECT FROM pg_index x WHERE x.indrelid = k.conrelid AND x.indkey[0] = k.conkey[1])`,
  );
  expect(rows.map((row) => row.name)).toEqual(["order_items_product_id_fkey"]);
});

test("deleting an order takes its items and refunds along and writes to the ledger, as the writing role", async () => {
  await write.query("BEGIN");
  const id = await one<string>("SELECT order_id FROM payments.refunds ORDER BY order_id LIMIT 1", write);
  const deleted = await write.query("DELETE FROM payments.orders WHERE id = $1", [id]);
  expect(deleted.rowCount).toBe(1);
  expect(await one(`SELECT count(*)::int FROM payments.order_items WHERE order_id = ${id}`, write)).toBe(0);
  expect(await one(`SELECT count(*)::int FROM payments.refunds WHERE order_id = ${id}`, write)).toBe(0);
  expect(await one(`SELECT operation FROM ledger.audit WHERE order_id = ${id}`, write)).toBe("DELETE");
  await write.query("ROLLBACK");
});

test("inserting works for the writing role, ids go on after the seeded ones", async () => {
  await write.query("BEGIN");
  expect(await one("INSERT INTO payments.orders (customer_id, amount) VALUES (1, 9.99) RETURNING id::int", write)).toBe(200_001);
  await write.query("ROLLBACK");
});

test.each([
  ["reading role", "DELETE FROM payments.orders", () => read],
  ["reading role, having switched read-only off", "SET default_transaction_read_only = off; DELETE FROM payments.orders", () => read],
  ["reading role", "CREATE TABLE public.mine (n int)", () => read],
  ["writing role", "DROP TABLE payments.orders", () => write],
  ["writing role", "ALTER TABLE payments.orders DISABLE TRIGGER audit_orders", () => write],
  ["writing role", "TRUNCATE payments.orders CASCADE", () => write],
  ["writing role", "CREATE TABLE public.mine (n int)", () => write],
  ["writing role", "CREATE TEMPORARY TABLE mine (n int)", () => write],
  ["writing role", "SET ROLE payments_owner", () => write],
  ["writing role", "COPY payments.orders TO PROGRAM 'true'", () => write],
])("the %s cannot: %s", async (_, sql, client) => {
  await expect(client().query(sql)).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|25006)$/) });
});

test("a second start changes nothing but the port, and the file is for nobody else", async () => {
  expect((await stat(join(home, "demo-target.json"))).mode & 0o777).toBe(0o600);
  await write.query("DELETE FROM public.feature_flags WHERE name = 'checkout_v2'");
  expect(await seedDemoTarget(server.adminUrl, home, () => {})).toEqual(credentials);
  expect(JSON.parse(await readFile(join(home, "demo-target.json"), "utf8"))).toEqual(credentials);
  expect(await one("SELECT count(*)::int FROM public.feature_flags")).toBe(2);
});
