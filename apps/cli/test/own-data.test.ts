import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appendAudit, auditEventOf, createDb, hashToken, openSecret, readAudit, verifyPassword } from "@interlock/db";
import { migrate } from "@interlock/db/migrate";
import { startPostgres } from "@interlock/db/postgres";
import { type MigratedDatabase, migratedDatabase } from "@interlock/db/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startOf } from "../src/embedded.ts";
import { interlock } from "./interlock.ts";

let own: MigratedDatabase;
let environment: { DATABASE_URL: string };

beforeAll(async () => {
  own = await migratedDatabase();
  environment = { DATABASE_URL: own.url };
});
afterAll(() => own.dispose());

const append = (type: "system.started" | "room.opened") =>
  own.db.$transaction((tx) => appendAudit(tx, { type, actor: "system", data: { version: "0.1.0" } }));

describe("token create", () => {
  test("prints the token alone, keeps only its hash, and is audited", async () => {
    const { id } = await own.db.user.create({ data: { name: "reviewer", displayName: "Reviewer", color: "#112233", identities: [] } });
    const { code, out, error } = await interlock(["token", "create", "--user", "reviewer"], environment);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(out).toMatch(/^[A-Za-z0-9_-]{43}\n$/);
    const token = out.trim();
    const row = await own.db.apiToken.findUnique({ where: { hash: hashToken(token) } });
    expect(row).toMatchObject({ userId: id, revokedAt: null });
    const events = (await readAudit(own.db, { after: 0, limit: 100 })).map(auditEventOf);
    expect(events.at(-1)).toMatchObject({ type: "token.created", data: { user: "reviewer", token: row!.id } });
    expect(JSON.stringify(events)).not.toContain(token);
  });

  test("for nobody, or for somebody locked out, is a finding", async () => {
    await own.db.user.create({ data: { name: "gone", displayName: "Gone", color: "#112233", identities: [], lockedAt: new Date() } });
    expect(await interlock(["token", "create", "--user", "nobody"], environment)).toMatchObject({
      code: 1,
      out: "",
      error: expect.stringContaining("nobody"),
    });
    expect(await interlock(["token", "create", "--user", "gone"], environment)).toMatchObject({ code: 1, out: "" });
  });
});

describe("connection add", () => {
  const key = Buffer.alloc(32, 7).toString("base64");
  const add = (args: string[], secret: string) => interlock(["connection", "add", ...args], { ...environment, INTERLOCK_KEY: key }, secret);
  const KUBECONFIG = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [],
    users: [{ name: "u", user: { token: "tok-secret" } }],
  });

  test.each([
    ["payments", "postgres", "postgres://app:pass-secret@db.example/payments", { read: "postgres://app:pass-secret@db.example/payments" }],
    ["cluster", "kubernetes", `# a file\n${KUBECONFIG}`, { kubeconfig: `# a file\n${KUBECONFIG}` }],
    [
      "two-roles",
      "postgres",
      '{"read":"postgres://r@db/x","write":"postgres://w@db/x"}',
      { read: "postgres://r@db/x", write: "postgres://w@db/x" },
    ],
  ])("keeps %s, sealed, and is audited without its credential", async (name, connector, given, secret) => {
    const found = await add([name, "--connector", connector, "--environment", "prod", "--labels", "team=pay,tier=1", "-"], given);
    expect(found).toEqual({ code: 0, out: `added ${name}\n`, error: "" });
    const row = await own.db.connection.findUniqueOrThrow({ where: { name } });
    expect(row).toMatchObject({ connector, environment: "prod", labels: { team: "pay", tier: "1" } });
    expect(openSecret(Buffer.from(key, "base64"), row.id, row.secret)).toEqual(secret);
    expect(Buffer.from(row.secret).toString("latin1")).not.toContain("secret");
    const events = (await readAudit(own.db, { after: 0, limit: 100 })).map(auditEventOf);
    expect(events.at(-1)).toMatchObject({ type: "connection.created", data: { name, connector } });
    expect(JSON.stringify(events)).not.toContain("-secret");
  });

  test("a name that is taken, and a credential of another shape, are findings that do not show it", async () => {
    const again = await add(["payments", "--connector", "postgres", "--environment", "dev", "-"], "postgres://app:pass-secret@db/x");
    expect(again).toMatchObject({ code: 1, out: "", error: expect.stringContaining("already") });
    const wrong = await add(["other", "--connector", "kubernetes", "--environment", "dev", "-"], '{"token":"tok-secret"}');
    expect(wrong).toMatchObject({ code: 1, out: "" });
    expect(`${again.error}${wrong.error}`).not.toContain("-secret");
  });

  test.each([
    [["No Name", "--connector", "postgres", "--environment", "prod"]],
    [["x", "--connector", "oracle", "--environment", "prod"]],
    [["x", "--connector", "postgres", "--environment", "live"]],
    [["x", "--connector", "postgres", "--environment", "prod", "--labels", "oops"]],
  ])("is usage without what it needs: %j", async (args) => {
    expect(await add(args, "postgres://a@b/c")).toMatchObject({ code: 2, out: "" });
  });
});

describe("user add", () => {
  const add = (args: string[], password: string) => interlock(["user", "add", ...args], environment, password);

  test("adds somebody who can sign in, and is audited without the password", async () => {
    const found = await add(["ada", "--groups", "oncall,platform", "--display", "Ada L.", "-"], "correct horse battery\n");
    expect(found).toEqual({ code: 0, out: "added ada\n", error: "" });
    const row = await own.db.user.findUniqueOrThrow({ where: { name: "ada" }, include: { groups: true } });
    expect(row).toMatchObject({ displayName: "Ada L.", demo: false, groups: [{ group: "oncall" }, { group: "platform" }] });
    expect(await verifyPassword("correct horse battery", row.passwordHash!)).toBe(true);
    const events = (await readAudit(own.db, { after: 0, limit: 100 })).map(auditEventOf);
    expect(events.at(-1)).toMatchObject({ type: "user.created", data: { user: "ada", groups: ["oncall", "platform"] } });
    expect(JSON.stringify(events)).not.toContain("horse");
  });

  test.each([
    [["ada", "-"], "correct horse battery", 1, /already/],
    [["bob", "-"], "short", 1, /at least 15/],
    [["Bob Builder", "-"], "correct horse battery", 2, /NAME/],
    [["bob", "--groups", "a b", "-"], "correct horse battery", 2, /group/],
  ])("is refused: %j", async (args, password, code, words) => {
    const found = await add(args, password);
    expect(found).toMatchObject({ code, out: "" });
    expect(found.error).toMatch(words);
    expect(found.error).not.toContain(password);
  });
});

describe("audit verify", () => {
  test("says ok and how many events; then names the first one that was changed by hand", async () => {
    for (let index = 0; index < 3; index++) await append("room.opened");
    const events = await own.db.auditEvent.count();
    expect(await interlock(["audit", "verify"], environment)).toEqual({ code: 0, out: `ok, ${events} events\n`, error: "" });

    const middle = events - 1;
    // What somebody with the database's own superuser could do.
    await own.db.$executeRawUnsafe(`ALTER TABLE "AuditEvent" DISABLE TRIGGER USER`);
    await own.db.$executeRaw`UPDATE "AuditEvent" SET "actor" = 'admin' WHERE "seq" = ${middle}`;
    expect(await interlock(["audit", "verify"], environment)).toEqual({
      code: 1,
      out: `bad event ${middle}: its hash does not match its content\n`,
      error: "",
    });
    await own.db.$executeRaw`UPDATE "AuditEvent" SET "actor" = 'system' WHERE "seq" = ${middle}`;
    expect(await interlock(["audit", "verify"], environment)).toMatchObject({ code: 0 });

    await own.db.$executeRaw`DELETE FROM "AuditEvent" WHERE "seq" = ${events}`;
    expect(await interlock(["audit", "verify"], environment)).toMatchObject({
      code: 1,
      out: expect.stringMatching(`^bad event ${events}: the tail is cut off`),
    });
  });

  test("a database that is not Interlock's is unreachable", async () => {
    const url = new URL(own.url);
    url.pathname = "/template1";
    expect(await interlock(["audit", "verify"], { DATABASE_URL: url.href })).toMatchObject({
      code: 3,
      error: expect.stringContaining("not Interlock's"),
    });
  });
});

describe("audit verify names the event in which one byte was changed by hand", () => {
  let fresh: MigratedDatabase;
  beforeAll(async () => {
    fresh = await migratedDatabase();
    const [roomId, commandId] = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
    const event = { type: "command.succeeded", actor: "oncall", roomId, commandId, data: { title: "ok" } } as const;
    for (let n = 0; n < 5; n++) await fresh.db.$transaction((tx) => appendAudit(tx, event));
    await fresh.db.$executeRaw`CREATE TABLE kept AS SELECT * FROM "AuditEvent"`;
  });
  afterAll(() => fresh.dispose());

  test.each([
    ["seq", `"seq" = "seq" + 1000`],
    ["at", `"at" = "at" + interval '1 millisecond'`],
    ["type", `"type" = overlay("type" placing 'R' from 1)`],
    ["actor", `"actor" = overlay("actor" placing 'S' from 1)`],
    ["roomId", `"roomId" = overlay("roomId" placing '0' from 1)`],
    ["roomId that was", `"roomId" = NULL`],
    ["commandId", `"commandId" = overlay("commandId" placing '0' from 36)`],
    ["data", `"data" = overlay("data" placing 'O' from position('ok' in "data"))`],
    ["data's white space", `"data" = "data" || ' '`],
    ["prev", `"prev" = overlay("prev" placing (CASE left("prev", 1) WHEN '0' THEN '1' ELSE '0' END) from 1)`],
    ["hash", `"hash" = overlay("hash" placing (CASE right("hash", 1) WHEN '0' THEN '1' ELSE '0' END) from 64)`],
  ])("in %s", async (_, change) => {
    const { db } = fresh;
    const forge = `UPDATE "AuditEvent" SET ${change} WHERE "seq" = 3`;
    // With its trigger in force nothing changes at all.
    await expect(db.$executeRawUnsafe(forge)).rejects.toThrow();
    await db.$executeRaw`ALTER TABLE "AuditEvent" DISABLE TRIGGER USER`;
    try {
      expect(await db.$executeRawUnsafe(forge)).toBe(1);
      const told = await interlock(["audit", "verify"], { DATABASE_URL: fresh.url });
      expect(told).toMatchObject({ code: 1, out: expect.stringMatching(/^bad event 3: /), error: "" });
    } finally {
      await db.$executeRaw`DELETE FROM "AuditEvent"`;
      await db.$executeRaw`INSERT INTO "AuditEvent" SELECT * FROM kept`;
      await db.$executeRaw`ALTER TABLE "AuditEvent" ENABLE TRIGGER USER`;
    }
  });

  test("and nothing once it is changed back", async () => {
    expect(await interlock(["audit", "verify"], { DATABASE_URL: fresh.url })).toMatchObject({ code: 0, out: "ok, 5 events\n" });
  });
});

test("the embedded database: used while it runs, started for the purpose and stopped again while it does not", async () => {
  const home = await mkdtemp(join(tmpdir(), "interlock-home-"));
  const dataDir = join(home, "postgres");
  const secrets = { key: Buffer.alloc(32, 1).toString("base64"), postgres: "superuser-password", interlock: "own-password" };
  const start = () => startPostgres({ dataDir, superuserPassword: secrets.postgres, settings: { fsync: "off" }, log: () => {} });
  const lock = join(dataDir, "postmaster.pid");
  try {
    await writeFile(join(home, "secrets.json"), JSON.stringify(secrets), { mode: 0o600 });
    // The database's account must reach its own folder.
    await chmod(home, 0o711);
    const server = await start();
    try {
      const admin = createDb(server.url, { max: 1 });
      try {
        await admin.$executeRawUnsafe(`CREATE ROLE interlock LOGIN PASSWORD '${secrets.interlock}'`);
        await admin.$executeRawUnsafe("CREATE DATABASE interlock OWNER interlock");
      } finally {
        await admin.$disconnect();
      }
      await migrate(`postgres://interlock:${secrets.interlock}@127.0.0.1:${server.port}/interlock`);
      expect(await interlock(["audit", "verify"], { INTERLOCK_HOME: home })).toEqual({ code: 0, out: "ok, 0 events\n", error: "" });
      // It was not ours to stop.
      expect(Number((await readFile(lock, "utf8")).split("\n")[0])).toBe(server.pid);
    } finally {
      await server.stop();
    }
    expect(await interlock(["audit", "verify"], { INTERLOCK_HOME: home })).toEqual({ code: 0, out: "ok, 0 events\n", error: "" });
    await expect(stat(lock)).rejects.toThrow("ENOENT");

    // A start that holds the folder but has no database yet must not lose it to us.
    await writeFile(join(home, "front.json"), JSON.stringify({ pid: process.pid, started: await startOf(process.pid) }));
    expect(await interlock(["audit", "verify"], { INTERLOCK_HOME: home })).toMatchObject({
      code: 3,
      error: expect.stringContaining("starting or stopping"),
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

describe("least-privilege --people", () => {
  test("what people may do by policy is held against what was run for them and whom they agreed for", async () => {
    const person = (name: string, ...groups: string[]) =>
      own.db.user.create({
        data: { name, displayName: name, color: "#112233", identities: [], groups: { create: groups.map((group) => ({ group })) } },
      });
    const [ann, bob] = [await person("ann", "oncall"), await person("bob", "platform")];
    const connection = await own.db.connection.create({
      data: { name: "eks-usage", connector: "kubernetes", environment: "prod", labels: {}, secret: new Uint8Array(1) },
    });
    const room = await own.db.room.create({ data: { number: 900, title: "usage" } });
    const command = await own.db.command.create({
      data: {
        roomId: room.id,
        connectionId: connection.id,
        text: "kubectl scale …",
        digest: "0".repeat(64),
        envelope: "{}",
        state: "succeeded",
        title: "scale",
        effect: "modify",
        impact: {},
        verdict: {},
        proposerId: ann.id,
        execution: { create: {} },
        reviews: { create: { reviewerId: bob.id, digest: "0".repeat(64), decision: "approve", group: "platform" } },
      },
    });
    const folder = await mkdtemp(join(tmpdir(), "interlock-people-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const policy = join(folder, "policy.yaml");
    await writeFile(
      policy,
      `version: 1
rules:
  - { id: reads, match: { effects: [read] }, effect: allow }
  - { id: writes, match: { effects: [modify, delete], groups: [oncall] }, effect: review, reviews: [{ count: 1, group: platform }] }
`,
    );
    const { code, out, error } = await interlock(["least-privilege", "--people", "--policy", policy], environment);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(out).toContain("ann (oncall) on eks-usage: did modify (reviewed) ×1; never: read, delete (reviewed)");
    expect(out).toContain("bob (platform) on eks-usage: did nothing; never: read\n");
    expect(out).toContain("group platform agreed: bob ×1");
    const later = await interlock(["least-privilege", "--people", "--policy", policy, "--days", "1", "--format", "json"], environment);
    await own.db.execution.update({ where: { commandId: command.id }, data: { startedAt: new Date(Date.now() - 3 * 86_400_000) } });
    const older = await interlock(["least-privilege", "--people", "--policy", policy, "--days", "1"], environment);
    expect(JSON.parse(later.out)).toMatchObject({
      days: 1,
      reviews: [{ group: "platform", members: expect.arrayContaining(["bob"]) as string[] }],
    });
    expect(older.out).toContain("ann (oncall) on eks-usage: did nothing; never: read, modify (reviewed), delete (reviewed)");
  });
});
