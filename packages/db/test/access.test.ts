import { afterAll, beforeAll, expect, test } from "vitest";
import {
  createSession,
  issueTicket,
  listen,
  liveSession,
  lockUser,
  readRevocation,
  redeemTicket,
  REVOKED_CHANNEL,
  revokeSession,
  setGroups,
  type Revocation,
} from "../src/index.ts";
import { migratedDatabase, type MigratedDatabase } from "../src/testing.ts";

let database: MigratedDatabase;
let serial = 0;

beforeAll(async () => {
  database = await migratedDatabase();
});
afterAll(() => database?.dispose());

async function person(): Promise<string> {
  const name = `person${serial++}`;
  return (await database.db.user.create({ data: { name, displayName: name, color: "#000000", identities: [name] } })).id;
}

test("of 50 who redeem one ticket at once, exactly one gets in", async () => {
  const { db } = database;
  const userId = await person();
  const session = await createSession(db, userId);
  const ticket = await issueTicket(db, { userId, sessionId: session.id });
  expect(await db.ticket.count({ where: { hash: ticket } })).toBe(0);
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => redeemTicket(db, ticket)));
  expect(outcomes.filter(Boolean)).toEqual([{ userId, sessionId: session.id }]);
});

test("an expired, unknown or revoked session's ticket is worth nothing", async () => {
  const { db } = database;
  const userId = await person();
  const session = await createSession(db, userId);
  const old = await issueTicket(db, { userId, sessionId: session.id }, new Date(Date.now() - 61_000));
  expect(await redeemTicket(db, old)).toBeUndefined();
  expect(await redeemTicket(db, "never issued")).toBeUndefined();
  const fresh = await issueTicket(db, { userId, sessionId: session.id });
  await revokeSession(db, session.id);
  expect(await redeemTicket(db, fresh)).toBeUndefined();
});

test("a session lives until it ends, expires, or its person is locked", async () => {
  const { db } = database;
  const userId = await person();
  await setGroups(db, userId, ["oncall", "oncall"]);
  const session = await createSession(db, userId, 60_000);
  expect((await liveSession(db, session.id))?.principal).toMatchObject({ id: userId, groups: ["oncall"] });
  expect(await liveSession(db, session.id, new Date(Date.now() + 61_000))).toBeUndefined();
  expect(await liveSession(db, "not a uuid'; --")).toBeUndefined();
  const other = await createSession(db, userId);
  await revokeSession(db, session.id);
  expect(await liveSession(db, session.id)).toBeUndefined();
  expect(await liveSession(db, other.id)).toBeDefined();
  await lockUser(db, userId);
  expect(await liveSession(db, other.id)).toBeUndefined();
});

test("revocations reach a listener, which says so when it may have missed some", async () => {
  const { db, url } = database;
  const heard: (Revocation | undefined)[] = [];
  let gaps = 0;
  const stop = new AbortController();
  await listen(
    url,
    REVOKED_CHANNEL,
    (payload) => heard.push(readRevocation(payload)),
    stop.signal,
    () => gaps++,
  );
  const userId = await person();
  const session = await createSession(db, userId);
  await revokeSession(db, session.id);
  await expect.poll(() => heard, { timeout: 1_000 }).toEqual([{ sessionId: session.id }]);
  await db.$executeRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'interlock:listen'`;
  await expect.poll(() => gaps, { timeout: 5_000 }).toBe(1);
  await lockUser(db, userId);
  await expect.poll(() => heard.at(-1), { timeout: 1_000 }).toEqual({ userId });
  stop.abort();
  const listeners = async (): Promise<unknown> => db.$queryRaw`SELECT 1 FROM pg_stat_activity WHERE application_name = 'interlock:listen'`;
  await expect.poll(listeners, { timeout: 2_000 }).toEqual([]);
  expect(readRevocation("{")).toBeUndefined();
  expect(readRevocation(`{"userId":5}`)).toBeUndefined();
});
