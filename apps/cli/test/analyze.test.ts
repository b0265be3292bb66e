import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { auditEventOf, createDb, type Db, readAudit, sealSecret } from "@interlock/db";
import { type MigratedDatabase, migratedDatabase, startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { Impact } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { interlock } from "./interlock.ts";

const SCHEMA = [
  "CREATE TABLE orders (id int PRIMARY KEY, status text NOT NULL)",
  "CREATE TABLE order_items (id int PRIMARY KEY, order_id int NOT NULL REFERENCES orders ON DELETE CASCADE)",
  "CREATE INDEX ON order_items (order_id)",
  "INSERT INTO orders SELECT i, CASE WHEN i % 10 = 0 THEN 'pending' ELSE 'paid' END FROM generate_series(1, 1000) i",
  "INSERT INTO order_items SELECT i, (i - 1) / 3 + 1 FROM generate_series(1, 3000) i",
];
const DELETE = "DELETE FROM orders WHERE status = 'pending'";

let server: TestPostgres;
let target: Db;
let folder: string;

beforeAll(async () => {
  server = await startTestPostgres();
  target = createDb(server.url, { max: 1 });
  for (const statement of SCHEMA) await target.$executeRawUnsafe(statement);
  // Outside a transaction block, as a DBA would.
  await target.$executeRawUnsafe("ANALYZE");
  folder = await mkdtemp(join(tmpdir(), "interlock-cli-"));
});
afterAll(async () => {
  await target?.$disconnect();
  await server?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const rowsOf = async (table: string): Promise<number> => {
  const [row] = await target.$queryRawUnsafe<{ count: bigint }[]>(`SELECT count(*) AS count FROM ${table}`);
  return Number(row!.count);
};

describe("--dsn, with nothing else of Interlock", () => {
  // A state folder that does not exist proves that none is needed.
  const environment = { INTERLOCK_HOME: "/nonexistent/interlock" };

  test("json is the protocol's impact and nothing else; nothing has run", async () => {
    const { code, out, error } = await interlock(["analyze", "--dsn", server.url, "--format", "json", "-"], environment, DELETE);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    const impact = Impact.strict().parse(JSON.parse(out));
    expect(impact).toMatchObject({ effect: "delete", complete: true });
    expect(impact.statements[0]).toMatchObject({
      effects: [{ effect: "delete", object: "public.orders", rows: { value: 100, kind: "exact" } }],
      cascades: [{ object: "public.order_items", effect: "delete", rows: { value: 300, kind: "exact" } }],
    });
    expect([await rowsOf("orders"), await rowsOf("order_items")]).toEqual([1000, 3000]);
  });

  test("start and end count UTF-16 units", async () => {
    const text = `/* 😀 é */ SELECT '😀';\n${DELETE}`;
    const { out } = await interlock(["analyze", "--dsn", server.url, "--format", "json"], environment, text);
    const { statements } = Impact.parse(JSON.parse(out));
    expect(statements.map(({ start, end }) => text.slice(start, end))).toEqual([expect.stringMatching(/SELECT '😀'$/), DELETE]);
  });

  test("text reads a file, and says rows, cascades and locks without colours", async () => {
    const file = join(folder, "cleanup.sql");
    await writeFile(file, DELETE);
    const { code, out } = await interlock(["analyze", "--dsn", server.url, file], environment);
    expect(code).toBe(0);
    expect(out).toContain("delete · 400 rows");
    expect(out).toMatch(/public\.orders +delete +100 rows/);
    expect(out).toMatch(/└ public\.order_items +delete +300 rows/);
    expect(out).toMatch(/RowExclusiveLock on .*public\.orders/);
    expect(out).not.toContain("\u001b");
    const colored = await interlock(["analyze", "--dsn", server.url, file], { ...environment, FORCE_COLOR: "1" });
    expect(colored.out).toContain("\u001b[31m");
  });

  test("migrations are judged one after the other by a policy, each statement at its file and line", async () => {
    const rules = [
      "{ id: all, match: { effects: [read, append, modify, schema, session] }, effect: allow }",
      "{ id: few, match: { effects: [delete] }, when: impact.rows.value <= 10, effect: allow }",
      `{ id: many, match: { effects: [delete] }, when: impact.rows.value > 10, effect: deny, message: Too many rows. }`,
    ];
    const policy = join(folder, "policy.yaml");
    await writeFile(policy, `version: 1\nrules:\n${rules.map((rule) => `  - ${rule}\n`).join("")}`);
    const names = ["1-make.sql", "2-fill.sql", "3-drop.sql"].map((name) => join(folder, name));
    await writeFile(names[0]!, "CREATE TABLE notes (id int)");
    await writeFile(names[1]!, "-- what 1-make.sql makes\nINSERT INTO notes VALUES (1);\n");
    await writeFile(names[2]!, `SELECT 1;\n  ${DELETE};\n`);
    const judge = (args: string[]) =>
      interlock(["analyze", "--dsn", server.url, "--policy", policy, "--format", "plain", ...args], environment);
    const finished = await judge(names);
    expect(finished).toEqual({ code: 1, error: "", out: `${names[2]}:2:3: error: Too many rows. [many]\n` });
    expect(await judge(names.slice(0, 2))).toEqual({ code: 0, error: "", out: "" });
    expect(await rowsOf("orders")).toBe(1000);
    const cases = join(folder, "cases.yaml");
    await writeFile(
      cases,
      `policy: policy.yaml\ncases:\n  - { name: many, sql: "${DELETE}", expect: deny, rules: [many] }\n  - { name: one, sql: DELETE FROM orders WHERE id = 1, expect: allow }\n`,
    );
    const tested = await interlock(["policy", "test", "--cases", cases, "--dsn", server.url], environment);
    expect(tested).toMatchObject({
      error: "",
      code: 0,
      out: expect.stringContaining("2 cases"),
    });
  });

  test.each([
    ["text that cannot be parsed", "DELETE FRM orders"],
    ["a table there is not", "DELETE FROM nowhere"],
  ])("%s is no failure of the analysis: 0, and not a read", async (_, text) => {
    const { code, out } = await interlock(["analyze", "--dsn", server.url, "--format", "json", "-"], environment, text);
    expect(code).toBe(0);
    expect(Impact.parse(JSON.parse(out)).effect).not.toBe("read");
  });

  test.each([
    ["a server that is not there", (url: URL) => (url.port = "1")],
    ["a password that is wrong", (url: URL) => (url.password = "hunter2")],
    ["a database there is not", (url: URL) => (url.pathname = "/nowhere")],
  ])("%s is unreachable, and the password is not repeated", async (_, change) => {
    const url = new URL(server.url);
    const password = url.password;
    change(url);
    const finished = await interlock(["analyze", "--dsn", url.href, "-"], environment, "SELECT 1");
    expect(finished).toMatchObject({ code: 3, out: "" });
    expect(finished.error).not.toBe("");
    expect(finished.error).not.toContain(password);
    expect(finished.error).not.toContain("hunter2");
  });
});

describe("--connection", () => {
  const key = Buffer.alloc(32, 7);
  let own: MigratedDatabase;
  let environment: Record<string, string>;

  beforeAll(async () => {
    own = await migratedDatabase();
    environment = { DATABASE_URL: own.url, INTERLOCK_KEY: key.toString("base64"), INTERLOCK_HOME: folder };
    const id = crypto.randomUUID();
    const secret = sealSecret(key, id, { read: server.url });
    await own.db.connection.create({ data: { id, name: "orders-db", connector: "postgres", environment: "prod", secret } });
  });
  afterAll(() => own?.dispose());

  test("opens the stored credential, and the audit log says so without the text", async () => {
    const { code, out, error } = await interlock(["analyze", "--connection", "orders-db", "--format", "json", "-"], environment, DELETE);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(Impact.parse(JSON.parse(out))).toMatchObject({ effect: "delete" });
    const event = auditEventOf((await readAudit(own.db, { after: 0, limit: 100 })).at(-1)!);
    expect(event).toMatchObject({ type: "draft.analysed", actor: "system", data: { via: "command line" } });
    expect(JSON.stringify(event)).not.toContain("pending");
  });

  test("one there is not is a finding that names those there are", async () => {
    const finished = await interlock(["analyze", "--connection", "nowhere", "-"], environment, DELETE);
    expect(finished).toMatchObject({ code: 1, out: "", error: expect.stringContaining("There are: orders-db") });
  });

  test("another key opens nothing, and nothing of the secret is shown", async () => {
    const other = { ...environment, INTERLOCK_KEY: Buffer.alloc(32, 8).toString("base64") };
    const finished = await interlock(["analyze", "--connection", "orders-db", "-"], other, DELETE);
    expect(finished).toMatchObject({ code: 3, out: "", error: expect.stringContaining("INTERLOCK_KEY") });
    expect(finished.error).not.toContain(new URL(server.url).password);
    expect(finished.error).not.toContain("    at ");
  });
});
