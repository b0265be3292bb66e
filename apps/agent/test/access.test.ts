import { setTimeout as sleep } from "node:timers/promises";
import { createSession, hashToken, lockUser, newToken, revokeSession, setGroups } from "@interlock/db";
import type { Command } from "@interlock/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createAgent } from "../src/agent.ts";
import { createLog } from "../src/log.ts";
import type { Editor } from "./editor.ts";
import type { TestPerson } from "./people.ts";
import { startWholeAgent, type WholeAgent } from "./whole-agent.ts";

let agent: WholeAgent;
beforeAll(async () => {
  agent = await startWholeAgent();
});
afterAll(() => agent?.stop());

async function tokenOf(person: { id: string }): Promise<string> {
  const token = newToken();
  await agent.db.apiToken.create({ data: { userId: person.id, hash: hashToken(token) } });
  return token;
}

function call(token: string, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`http://127.0.0.1:${agent.port}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function proposed(token: string, text: string, more: object = {}): Promise<Command> {
  const response = await call(token, "POST", `/rooms/${agent.roomId}/commands`, { connection: "payments-db", text, ...more });
  expect(response.status).toBe(201);
  return (await response.json()) as Command;
}

/** Whether the target still works for Interlock on this text. */
async function works(text: string): Promise<boolean> {
  const [{ count }] = await agent.db.$queryRaw<[{ count: number }]>`
    SELECT count(*)::int AS count FROM pg_stat_activity WHERE state = 'active' AND query = ${text}`;
  return count > 0;
}

let turn = 0;
describe("I11: what runs for a person ends within a second of", () => {
  let person: TestPerson;
  let text: string;
  let commandId: string;

  beforeEach(async () => {
    person = await agent.person(`sleeper${++turn}`);
    text = `SELECT pg_sleep(${100 + turn})`;
    commandId = (await proposed(await tokenOf(person), text)).id;
    await vi.waitUntil(() => works(text), { timeout: 5_000 });
  });

  test("but not the sign-out of one session of several", async () => {
    const second = await createSession(agent.db, person.id);
    await revokeSession(agent.db, second.id);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await works(text)).toBe(true);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["the sign-out of their last session", () => revokeSession(agent.db, person.sessionId)],
    [
      "a sign-out whose notice was lost",
      () => agent.db.session.update({ where: { id: person.sessionId }, data: { revokedAt: new Date() } }),
    ],
    ["a change of their groups", () => setGroups(agent.db, person.id, ["platform"])],
    ["their lock", () => lockUser(agent.db, person.id)],
    [
      "the expiry of their last session",
      () => agent.db.session.update({ where: { id: person.sessionId }, data: { expiresAt: new Date() } }),
    ],
  ])("%s", async (_, act) => {
    await act();
    const began = performance.now();
    await expect.poll(() => works(text), { interval: 20 }).toBe(false);
    expect(performance.now() - began).toBeLessThan(1_000);
    const state = async (): Promise<string> => (await agent.db.command.findUniqueOrThrow({ where: { id: commandId } })).state;
    await expect.poll(state).toBe("cancelled");
    const event = await agent.db.auditEvent.findFirstOrThrow({ where: { commandId, type: "command.cancelled" } });
    expect([event.actor, JSON.parse(event.data)]).toMatchObject(["system", { why: "revoked" }]);
  });
});

test("who cancels a run is in the log by name; whoever never signed in runs on while others' sessions end", async () => {
  const robot = await agent.person("robot");
  const token = await tokenOf(robot);
  await agent.db.session.update({ where: { id: robot.sessionId }, data: { expiresAt: new Date(Date.now() - 60_000) } });
  const command = await proposed(token, "SELECT pg_sleep(99)");
  await expect.poll(() => works("SELECT pg_sleep(99)")).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(await works("SELECT pg_sleep(99)")).toBe(true);
  const oncall = await tokenOf(await agent.person("oncall"));
  expect((await call(oncall, "POST", `/commands/${command.id}/cancel`)).status).toBe(200);
  await expect
    .poll(() => agent.db.auditEvent.count({ where: { commandId: command.id, type: "command.cancelled", actor: "oncall" } }))
    .toBe(1);
});

test("I11: an export breaks off, and does not look complete, when its reader is locked out", async () => {
  const reader = await agent.person("exporter");
  const token = await tokenOf(reader);
  const command = await proposed(token, "SELECT i, repeat('x', 1000) FROM generate_series(1, 300000) i");
  await expect
    .poll(async () => ((await (await call(token, "GET", `/commands/${command.id}`)).json()) as Command).state, { timeout: 20_000 })
    .toBe("succeeded");
  const response = await call(token, "GET", `/commands/${command.id}/result`);
  const body = response.body!.getReader();
  await body.read();
  await agent.db.user.update({ where: { id: reader.id }, data: { lockedAt: new Date() } });
  let bytes = 0;
  // Slowly: the whole of it would take minutes, so however late the lock is seen, it comes in the middle.
  const rest = (async () => {
    for (let next = await body.read(); !next.done; next = await body.read()) {
      bytes += next.value.byteLength;
      await sleep(20);
    }
  })();
  await expect(rest).rejects.toThrow();
  expect(bytes).toBeLessThan(250_000_000);
});

describe("I4: text does not lose its writer on another way in", () => {
  let reviewer: TestPerson;
  let responder: string;
  let editor: Editor;
  let tokens: { reviewer: string; reviewer2: string };
  beforeAll(async () => {
    reviewer = await agent.person("reviewer");
    responder = await tokenOf(await agent.person("responder"));
    tokens = { reviewer: await tokenOf(reviewer), reviewer2: await tokenOf(await agent.person("reviewer2")) };
    editor = await agent.edit(reviewer);
  });

  const review = async (who: "reviewer" | "reviewer2", command: Command): Promise<string> => {
    const body = { digest: command.digest, decision: "approve" };
    const answer = (await (await call(tokens[who], "POST", `/commands/${command.id}/reviews`, body)).json()) as { code?: string };
    return answer.code ?? "ok";
  };

  test("a reviewer who typed it cannot approve it when a colleague sends the same text over REST", async () => {
    editor.text.insert(0, "DELETE FROM payments.orders\n  WHERE id = 901;\n");
    await editor.saved();
    const command = await proposed(responder, "delete from payments.orders where id = 901", { reason: "orders of the bad deploy" });
    expect(command.state).toBe("awaiting_review");
    expect(command.authors.map(({ name }) => name).toSorted()).toEqual(["responder", "reviewer"]);
    expect(await review("reviewer", command)).toBe("self_review");
    expect(await review("reviewer2", command)).toBe("ok");
  });

  test("nor after it was deleted from the document, nor as one statement of several", async () => {
    const text = "DELETE FROM payments.orders WHERE id = 902;\n";
    editor.text.insert(0, text);
    await editor.saved();
    editor.text.delete(0, text.length);
    await editor.saved();
    const command = await proposed(responder, `SELECT 1; ${text}`, { reason: "orders of the bad deploy" });
    expect(await review("reviewer", command)).toBe("self_review");
  });

  test("what nobody typed in the room has its proposer alone as author", async () => {
    const command = await proposed(responder, "DELETE FROM payments.orders WHERE id = 903", { reason: "orders of the bad deploy" });
    expect(command.authors.map(({ name }) => name)).toEqual(["responder"]);
  });
});

test("I11: an approval of somebody who has left the group since does not count when the command is to run", async () => {
  const [oncall, responder] = [await tokenOf(await agent.person("oncall")), await tokenOf(await agent.person("responder"))];
  const leaver = await agent.person("leaver", ["payments-reviewers"]);
  const command = await proposed(responder, "DELETE FROM payments.orders WHERE id = 904", { reason: "orders of the bad deploy" });
  const { digest, id } = command;
  expect((await call(await tokenOf(leaver), "POST", `/commands/${id}/reviews`, { digest, decision: "approve" })).status).toBe(201);
  expect((await call(oncall, "POST", `/commands/${id}/hold`)).status).toBe(200);
  await setGroups(agent.db, leaver.id, ["responders"]);
  const run = (await (await call(oncall, "POST", `/commands/${id}/run`, { digest })).json()) as Command;
  expect(run.state).toBe("awaiting_review");
});

test("I8: whoever is in no group neither leads a room by opening one nor asks the target anything", async () => {
  const token = await tokenOf(await agent.person("observer"));
  const refused = [
    await call(token, "POST", "/rooms", { title: "mine" }),
    await call(token, "POST", "/analyze", { connection: "payments-db", text: "SELECT 1 FROM payments.customers WHERE email LIKE 'a%'" }),
    await call(token, "POST", `/rooms/${agent.roomId}/commands`, { connection: "payments-db", text: "SELECT 1" }),
  ];
  for (const response of refused) expect([response.status, await response.json()]).toMatchObject([403, { code: "observer" }]);
});

test("who leaves and comes back is in the log; a reload is neither", { timeout: 30_000 }, async () => {
  const person = await agent.person("walker");
  const types = async (): Promise<string[]> =>
    (await agent.db.auditEvent.findMany({ where: { actor: "walker", type: { startsWith: "room." } }, orderBy: { seq: "asc" } })).map(
      ({ type }) => type,
    );
  const first = await agent.room(person);
  first.ws.close();
  await first.until(() => first.closed !== undefined, "closed");
  const reloaded = await agent.room(person);
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect(await types()).toEqual(["room.joined"]);
  reloaded.ws.close();
  await expect.poll(types, { timeout: 8_000 }).toEqual(["room.joined", "room.left"]);
  const back = await agent.room(person);
  await expect.poll(types).toEqual(["room.joined", "room.left", "room.joined"]);
  back.ws.close();
});

test("a second agent on the same database is refused, and says why; the first goes on", { timeout: 30_000 }, async () => {
  await expect(createAgent(agent.config, createLog("silent"))).rejects.toThrow("Another Interlock agent works on this database");
  expect((await call(await tokenOf(await agent.person("oncall")), "GET", "/rooms")).status).toBe(200);
});
