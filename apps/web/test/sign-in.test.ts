import { hashPassword, liveSession, lockUser, readAudit } from "@interlock/db";
import { type MigratedDatabase, migratedDatabase } from "@interlock/db/testing";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { signInAsDemo, signInWithPassword } from "../server/sign-in.ts";
import { SignInLimit } from "../server/sign-in-limit.ts";

let database: MigratedDatabase;
let limit: SignInLimit;

beforeAll(async () => {
  database = await migratedDatabase();
  const person = (name: string, demo: boolean, passwordHash: string | null) =>
    database.db.user.create({ data: { name, displayName: name, color: "#5b8cff", identities: [name], demo, passwordHash } });
  await person("oncall", true, await hashPassword("right"));
  await person("elsewhere", false, null);
  await lockUser(database.db, (await person("locked", true, await hashPassword("right"))).id);
});
afterAll(() => database.dispose());
beforeEach(() => (limit = new SignInLimit()));

const attempt = (name: string, password: string, address = "127.0.0.1") =>
  signInWithPassword(database.db, limit, { name, password, address, now: new Date() });

async function lastAudit(): Promise<{ type: string; actor: string; data: unknown }> {
  const { type, actor, data } = (await readAudit(database.db, { after: 0, limit: 1_000 })).at(-1)!;
  return { type, actor, data: JSON.parse(data) };
}

test("the right password makes a live session and is audited with it", async () => {
  const outcome = await attempt("oncall", "right");
  expect(outcome).toMatchObject({ ok: true, value: { name: "oncall" } });
  if (!outcome.ok) return;
  expect((await liveSession(database.db, outcome.value.sessionId))?.principal.name).toBe("oncall");
  expect(await lastAudit()).toEqual({
    type: "user.signed_in",
    actor: "oncall",
    data: { method: "password", address: "127.0.0.1", sessionId: outcome.value.sessionId },
  });
});

test.each([
  ["oncall", "wrong", "oncall", "wrong_password"],
  ["nobody", "right", "unknown", "unknown_name"],
  ["elsewhere", "", "elsewhere", "wrong_password"],
  ["oncall", "x".repeat(100_000), "unknown", "unknown_name"],
])("%s with %j is refused alike, and the log knows why", async (name, password, actor, reason) => {
  expect(await attempt(name, password)).toEqual({ ok: false, code: "wrong_password" });
  expect(await lastAudit()).toEqual({ type: "user.sign_in_failed", actor, data: { reason, address: "127.0.0.1" } });
});

test("that an account is locked is told only to who knows its password", async () => {
  expect(await attempt("locked", "wrong")).toEqual({ ok: false, code: "wrong_password" });
  expect(await attempt("locked", "right")).toMatchObject({ ok: false, code: "forbidden" });
  expect(await lastAudit()).toMatchObject({ type: "user.sign_in_failed", data: { reason: "locked" } });
});

test("after too many failures even the right password is not looked at", async () => {
  limit = new SignInLimit({ perPair: 2, perAddress: 100, perName: 100, windowMs: 60_000 });
  await attempt("oncall", "wrong");
  await attempt("oncall", "wrong");
  expect(await attempt("oncall", "right")).toEqual({ ok: false, code: "too_many_requests" });
});

test("an unknown name takes about as long as a wrong password", async () => {
  const timed = async (name: string) => {
    const start = performance.now();
    await attempt(name, "wrong");
    return performance.now() - start;
  };
  await timed("oncall");
  const [known, unknown] = [await timed("oncall"), await timed("nobody")];
  expect(unknown).toBeGreaterThan(known / 3);
});

test("without a password only demo accounts that are not locked sign in", async () => {
  const take = (name: string) => signInAsDemo(database.db, { name, address: "127.0.0.1", now: new Date() });
  expect(await take("oncall")).toMatchObject({ ok: true, value: { name: "oncall" } });
  expect(await take("elsewhere")).toEqual({ ok: false, code: "wrong_password" });
  expect(await take("locked")).toMatchObject({ ok: false, code: "forbidden" });
});
