import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migratedDatabase, type MigratedDatabase } from "../src/testing.ts";
import { expectedTables, type ExpectedTable } from "./schema-model.ts";

let database: MigratedDatabase;
let client: Client;

beforeAll(async () => {
  database = await migratedDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await database?.dispose();
});

const rows = async <T>(sql: string): Promise<T[]> => (await client.query(sql)).rows as T[];

/** The catalogue in the shape of the expectation. */
async function actualTables(): Promise<Map<string, ExpectedTable>> {
  const tables = new Map<string, ExpectedTable>();
  const at = (name: string): ExpectedTable => {
    const table = tables.get(name) ?? { columns: {}, primaryKey: [], unique: {}, indexes: {}, foreignKeys: {} };
    tables.set(name, table);
    return table;
  };
  for (const c of await rows<{ table: string; name: string; type: string; nullable: boolean; default: string | null }>(
    `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
            pg_get_expr(d.adbin, d.adrelid) AS default
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped`,
  ))
    at(c.table).columns[c.name] = { type: c.type, nullable: c.nullable, default: c.default };
  for (const i of await rows<{ table: string; name: string; columns: string[]; unique: boolean; primary: boolean }>(
    `SELECT t.relname AS table, i.relname AS name, x.indisunique AS unique, x.indisprimary AS primary,
            ARRAY(SELECT a.attname::text FROM unnest(x.indkey::int[]) WITH ORDINALITY k(n, o)
                    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n ORDER BY k.o) AS columns
       FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
      WHERE t.relnamespace = 'public'::regnamespace AND x.indpred IS NULL AND x.indexprs IS NULL`,
  )) {
    if (i.primary) at(i.table).primaryKey = i.columns;
    else at(i.table)[i.unique ? "unique" : "indexes"][i.name] = i.columns;
  }
  const action = (column: string): string =>
    `CASE ${column} WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'r' THEN 'RESTRICT' WHEN 'a' THEN 'NO ACTION' ELSE 'SET DEFAULT' END`;
  for (const f of await rows<{
    source: string;
    name: string;
    column: string;
    table: string;
    target: string;
    onDelete: string;
    onUpdate: string;
  }>(
    `SELECT s.relname AS source, k.conname AS name, sa.attname AS column, t.relname AS table, ta.attname AS target,
            ${action("k.confdeltype")} AS "onDelete", ${action("k.confupdtype")} AS "onUpdate"
       FROM pg_constraint k JOIN pg_class s ON s.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
       JOIN pg_attribute sa ON sa.attrelid = s.oid AND sa.attnum = k.conkey[1] JOIN pg_attribute ta ON ta.attrelid = t.oid AND ta.attnum = k.confkey[1]
      WHERE k.contype = 'f' AND cardinality(k.conkey) = 1`,
  )) {
    const { source, name, ...key } = f;
    at(source).foreignKeys[name] = key;
  }
  tables.delete("_prisma_migrations");
  return tables;
}

test("schema.prisma and the migrations agree on every table, column, default, key, index and foreign key", async () => {
  const expected = await expectedTables(new URL("../../../prisma/schema.prisma", import.meta.url));
  const actual = await actualTables();
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  expect(expected.size).toBeGreaterThan(15);
  for (const [name, table] of expected) expect(actual.get(name), name).toEqual(table);
});

test("the generated client reads and writes every model's columns", async () => {
  const { db } = database;
  const room = await db.room.create({ data: { title: "payments 5xx after deploy" } });
  expect(room.number).toBe(482);
  const user = await db.user.create({ data: { name: "x", displayName: "X", color: "#123456", identities: ["x@example.com"] } });
  const connection = await db.connection.create({
    data: { name: "payments-db", connector: "postgres", environment: "prod", secret: new Uint8Array([0, 255]) },
  });
  expect(connection.labels).toEqual({});
  expect([...connection.secret]).toEqual([0, 255]);
  expect((await db.user.findUniqueOrThrow({ where: { id: user.id } })).identities).toEqual(["x@example.com"]);
});

test.each(["UPDATE", "DELETE", "TRUNCATE"])("audit events refuse %s, whoever asks", async (verb) => {
  const sql = {
    UPDATE: `UPDATE "AuditEvent" SET actor = 'somebody else'`,
    DELETE: `DELETE FROM "AuditEvent"`,
    TRUNCATE: `TRUNCATE "AuditEvent"`,
  }[verb]!;
  await expect(client.query(sql)).rejects.toMatchObject({ code: "42501", message: expect.stringContaining("append-only") });
});
