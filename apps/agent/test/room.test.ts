import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lockUser, openSecret, revokeSession } from "@interlock/db";
import { CLOSE, LIMITS, type ServerMessage } from "@interlock/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as Y from "yjs";
import type { Editor } from "./editor.ts";
import type { TestPerson } from "./people.ts";
import { startWholeAgent, type WholeAgent } from "./whole-agent.ts";

let agent: WholeAgent;
let oncall: TestPerson;
let responder: TestPerson;
let observer: TestPerson;
beforeAll(async () => {
  agent = await startWholeAgent();
  oncall = await agent.person("oncall");
  responder = await agent.person("responder");
  observer = await agent.person("observer");
});
afterAll(() => agent?.stop());

function range(editor: Editor, part: string): { start: Record<string, never>; end: Record<string, never>; text: string } {
  const from = editor.toString().indexOf(part);
  const at = (index: number) =>
    Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(editor.text, index)) as Record<string, never>;
  return { start: at(from), end: at(from + part.length), text: part };
}

const proposal = (editor: Editor, part: string) =>
  ({ type: "command.propose", key: crypto.randomUUID(), documentId: agent.documentId, ...range(editor, part) }) as const;

test("the snapshot has everything a page needs, and the others hear who came and went", async () => {
  const page = await agent.room(oncall);
  const { snapshot } = page;
  expect(snapshot).toMatchObject({
    room: { title: "payments 5xx after deploy", severity: "SEV-1", open: true },
    me: { name: "oncall" },
    role: "lead",
    connections: [{ name: "payments-db", environment: "prod" }],
    documents: [{ name: "cleanup.sql", language: "sql" }],
    demo: true,
  });
  expect(JSON.stringify(page.heard)).not.toContain("postgres://");
  const other = await agent.room(responder);
  expect(other.snapshot.role).toBe("responder");
  const online = (): string[] => (page.last("room")?.room.members ?? []).filter((member) => member.online).map((member) => member.name);
  await page.until(() => online().includes("responder"), "told who came");
  await page.until(() => page.last("timeline")?.entries.some((entry) => entry.type === "room.joined") === true, "told in the timeline");
  other.ws.close();
  await page.until(() => !online().includes("responder"), "told who went");
  expect(online()).toEqual(["oncall"]);
  page.ws.close();
});

test("ping is answered", async () => {
  const page = await agent.room(oncall);
  expect(await page.ask({ type: "ping" })).toEqual({ value: {} });
  page.ws.close();
});

test("I13: malformed frames are answered with a code and cost nothing but too many of them", async () => {
  const page = await agent.room(responder);
  const problems = () => page.heard.filter((message) => message.type === "problem").length;
  page.send("not JSON");
  page.send("null");
  page.send(new Uint8Array([1, 2, 3]));
  page.send({ type: "command.destroy" });
  await page.until(() => problems() === 4, "answered");
  expect(page.last("problem")?.problem).toMatchObject({ code: "malformed_frame", status: 400 });
  page.send({ type: "command.hold", id: 77, commandId: 5 });
  await page.until(() => page.last("reply")?.id === 77, "answered by id");
  expect(page.last("reply")?.problem).toMatchObject({ code: "malformed_frame" });
  expect(page.last("reply")?.problem?.detail).toContain("commandId");
  expect(await page.outcome({ type: "ping" })).toBe("ok");
  for (let n = 0; n < 5; n++) page.send("{");
  await page.until(() => page.closed !== undefined, "closed");
  expect(page.closed).toEqual({ code: CLOSE.malformed, reason: "malformed_frame" });
});

test("I13: an oversized message is answered with the limit", async () => {
  const page = await agent.room(responder);
  page.send(JSON.stringify({ type: "ping", id: 1, filler: "x".repeat(LIMITS.roomMessageBytes) }));
  await page.until(() => page.closed !== undefined, "closed");
  expect(page.closed?.code).toBe(CLOSE.tooLarge);
  expect(page.last("problem")?.problem).toMatchObject({ code: "too_large" });
  expect(page.last("problem")?.problem.detail).toContain(String(LIMITS.roomMessageBytes));
});

test("I8: observers ask for nothing that changes anything", async () => {
  const editor = await agent.edit(oncall);
  const lead = await agent.room(oncall);
  const proposed = await lead.ask(proposal(editor, "SELECT status, count(*) FROM payments.orders"));
  const commandId = String(proposed.value?.["commandId"]);
  const page = await agent.room(observer);
  expect(page.snapshot.role).toBe("observer");
  const digest = page.snapshot.commands.find((command) => command.id === commandId)?.digest ?? "";
  expect(digest).not.toBe("");
  expect(await page.outcome(proposal(editor, "SELECT"))).toBe("observer");
  expect(await page.outcome({ type: "command.review", commandId, digest, decision: "reject" })).toBe("observer");
  for (const type of ["command.hold", "command.cancel", "command.withdraw"] as const)
    expect(await page.outcome({ type, commandId })).toBe("observer");
  expect(await page.outcome({ type: "command.run", commandId, digest })).toBe("observer");
  const connectionId = page.snapshot.connections[0]!.id;
  expect(await page.outcome({ type: "document.create", name: "x.sql", connectionId })).toBe("observer");
  expect(await page.outcome({ type: "room.role", userId: observer.id, role: "lead" })).toBe("observer");
  expect(await page.outcome({ type: "room.close" })).toBe("observer");
  expect(await agent.db.document.count()).toBe(1);
  lead.ws.close();
  page.ws.close();
});

test("a statement typed by two is proposed with both as its authors; a stale view of it is refused", async () => {
  const one = await agent.edit(oncall);
  const two = await agent.edit(responder);
  one.text.insert(one.text.length, "DELETE FROM payments.orders WHERE status = 'pending' AND id < 50;\n");
  await one.saved();
  await two.until(() => two.toString() === one.toString(), "told");
  two.text.delete(two.toString().indexOf(" AND id < 50"), " AND id < 50".length);
  const page = await agent.room(responder);
  const statement = "DELETE FROM payments.orders WHERE status = 'pending'";
  const stale = { ...proposal(two, statement), text: `${statement} AND id < 50` };
  expect(await page.outcome(stale)).toBe("draft_changed");
  const request = proposal(two, statement);
  const answer = await page.ask(request);
  const commandId = answer.value?.["commandId"];
  expect(answer.problem).toBeUndefined();
  await page.until(() => page.last("command")?.command.id === commandId, "told");
  const command = page.last("command")!.command;
  expect(command.authors.map((author) => author.name).toSorted()).toEqual(["oncall", "responder"]);
  expect(command).toMatchObject({ text: statement, state: "awaiting_review", proposer: { name: "responder" } });
  // A resend after a lost answer.
  expect((await page.ask(request)).value?.["commandId"]).toBe(commandId);
  expect(await page.outcome({ type: "command.review", commandId: command.id, digest: command.digest, decision: "approve" })).toBe(
    "self_review",
  );
  // What is typed afterwards changes nothing in it.
  two.text.delete(0, two.text.length);
  await two.saved();
  expect((await agent.db.command.findUniqueOrThrow({ where: { id: command.id } })).text).toBe(statement);
  two.text.insert(0, "SELECT 1;\n");
  await two.saved();
  page.ws.close();
});

test("however long an incident has gone on, what still waits is in the snapshot", async () => {
  const { id: roomId } = await agent.db.room.create({ data: { title: "a long night" } });
  const {
    id: _,
    documentId: __,
    hostOrder: ___,
    ...row
  } = await agent.db.command.findFirstOrThrow({ where: { state: "awaiting_review" } });
  const before = (ms: number, state: string) => ({
    ...row,
    impact: row.impact ?? {},
    verdict: row.verdict ?? {},
    roomId,
    state,
    proposedAt: new Date(Date.now() - ms),
  });
  const waits = await agent.db.command.create({ data: before(60_000, "awaiting_review") });
  await agent.db.command.createMany({ data: Array.from({ length: 201 }, (____, index) => before(50_000 - index, "withdrawn")) });
  const page = await agent.room(responder, roomId);
  const { commands } = page.snapshot;
  expect(commands).toHaveLength(201);
  expect(commands.filter(({ state }) => state === "awaiting_review").map(({ id }) => id)).toEqual([waits.id]);
  expect(commands.at(-1)?.id).toBe(waits.id);
  expect(page.snapshot.commandsLeft).toBe(0);
  page.ws.close();
  // There is an end to it, and it is said.
  await agent.db.command.createMany({ data: Array.from({ length: 105 }, (___, index) => before(70_000 + index, "awaiting_review")) });
  const crowded = await agent.room(responder, roomId);
  expect([crowded.snapshot.commands.length, crowded.snapshot.commandsLeft]).toEqual([300, 6]);
  expect(crowded.snapshot.commands.map(({ id }) => id)).toContain(waits.id);
  crowded.ws.close();
});

test("what belongs to another room is not there", async () => {
  const elsewhere = await agent.db.room.create({ data: { title: "elsewhere" } });
  const command = await agent.db.command.findFirstOrThrow();
  const page = await agent.room(responder, elsewhere.id);
  const editor = await agent.edit(responder);
  expect(await page.outcome({ type: "command.withdraw", commandId: command.id })).toBe("not_found");
  expect(await page.outcome({ type: "command.hold", commandId: "no-uuid" })).toBe("not_found");
  expect(await page.outcome(proposal(editor, "SELECT"))).toBe("not_found");
  expect(await page.outcome({ type: "complete", documentId: agent.documentId, text: "SEL", offset: 3 })).toBe("not_found");
  page.send({ type: "result.pull", executionId: crypto.randomUUID(), statement: 0, from: 0, count: 1 });
  await page.until(() => page.last("problem") !== undefined, "refused");
  expect(page.last("problem")?.problem.code).toBe("not_found");
  page.ws.close();
});

test("only the lead gives roles, and a room keeps a lead", async () => {
  const [lead, page] = [await agent.room(oncall), await agent.room(responder)];
  expect(await page.outcome({ type: "room.role", userId: oncall.id, role: "observer" })).toBe("forbidden");
  expect(await lead.outcome({ type: "room.role", userId: oncall.id, role: "responder" })).toBe("forbidden");
  expect(await lead.outcome({ type: "room.role", userId: crypto.randomUUID(), role: "responder" })).toBe("not_found");
  const editor = await agent.edit(responder);
  expect(await lead.outcome({ type: "room.role", userId: responder.id, role: "observer" })).toBe("ok");
  await page.until(() => page.last("role")?.role === "observer", "told");
  expect(await page.outcome(proposal(editor, "SELECT"))).toBe("observer");
  editor.text.insert(0, "x");
  await editor.until(() => editor.refusals.length === 1, "refused");
  expect(await lead.outcome({ type: "room.role", userId: responder.id, role: "responder" })).toBe("ok");
  await lead.until(() => lead.last("timeline")?.entries.some((entry) => entry.type === "room.role_changed") === true, "in the timeline");
  lead.ws.close();
  page.ws.close();
});

test("a closed room takes no commands and no documents until its lead opens it again", async () => {
  const [lead, page] = [await agent.room(oncall), await agent.room(responder)];
  const editor = await agent.edit(responder);
  const connectionId = page.snapshot.connections[0]!.id;
  expect(await page.outcome({ type: "room.close" })).toBe("forbidden");
  expect(await lead.outcome({ type: "room.close" })).toBe("ok");
  await page.until(() => page.last("room")?.room.open === false, "told");
  expect(await page.outcome(proposal(editor, "SELECT 1"))).toBe("room_closed");
  expect(await page.outcome({ type: "document.create", name: "late.sql", connectionId })).toBe("room_closed");
  expect(await lead.outcome({ type: "room.reopen" })).toBe("ok");
  expect(await page.outcome({ type: "document.create", name: "second.sql", connectionId })).toBe("ok");
  await lead.until(() => lead.last("document")?.document.name === "second.sql", "told");
  expect(await page.outcome({ type: "document.create", name: "x.sql", connectionId: crypto.randomUUID() })).toBe("unknown_connection");
  lead.ws.close();
  page.ws.close();
});

test("I11: sign-out and lock end a room socket within a second; an act that races the notice is refused", async () => {
  const leaver = await agent.person("leaver");
  const page = await agent.room(leaver);
  const began = performance.now();
  await revokeSession(agent.db, leaver.sessionId);
  await page.until(() => page.closed !== undefined, "closed");
  expect(page.closed?.code).toBe(CLOSE.unauthenticated);
  expect(performance.now() - began).toBeLessThan(1_000);
  const locked = await agent.person("locked");
  const [room, editor] = [await agent.room(locked), await agent.edit(locked)];
  // Without a notice: every act is checked by itself.
  await agent.db.user.update({ where: { id: locked.id }, data: { lockedAt: new Date() } });
  expect(await room.outcome(proposal(editor, "SELECT")).catch(() => "closed")).toMatch(/^(unauthenticated|closed)$/);
  await room.until(() => room.closed !== undefined, "closed");
  expect(room.closed?.code).toBe(CLOSE.unauthenticated);
  const reading = await agent.person("reading");
  const idle = await agent.room(reading);
  await agent.db.session.update({ where: { id: reading.sessionId }, data: { revokedAt: new Date() } });
  idle.send({ type: "complete", id: 1, documentId: agent.documentId, text: "SEL", offset: 3 });
  await idle.until(() => idle.closed !== undefined, "closed");
  expect(idle.heard.some((one) => one.type === "reply" && one.value !== undefined)).toBe(false);
  await lockUser(agent.db, locked.id);
  await editor.until(() => editor.closed !== undefined, "closed");
});

test("I11: what runs for a person who is locked out is cancelled", async () => {
  const sleeper = await agent.person("sleeper");
  const [page, lead, editor] = [await agent.room(sleeper), await agent.room(oncall), await agent.edit(sleeper)];
  editor.text.insert(0, "SELECT pg_sleep(40);\n");
  await editor.saved();
  const commandId = (await page.ask(proposal(editor, "SELECT pg_sleep(40)"))).value?.["commandId"];
  const state = (): string | undefined =>
    lead.heard.findLast((one): one is Extract<ServerMessage, { type: "command" }> => one.type === "command" && one.command.id === commandId)
      ?.command.state;
  await lead.until(() => state() === "running", "running");
  const began = performance.now();
  await lockUser(agent.db, sleeper.id);
  await lead.until(() => state() === "cancelled", "cancelled");
  expect(performance.now() - began).toBeLessThan(1_000);
  lead.ws.close();
});

test("I8, I11: whoever may not act any more stops nothing, though no notice of it has come", async () => {
  const helper = await agent.person("helper");
  const [page, lead, editor] = [await agent.room(helper), await agent.room(oncall), await agent.edit(oncall)];
  editor.text.insert(0, "SELECT pg_sleep(42);\n");
  await editor.saved();
  const commandId = String((await lead.ask(proposal(editor, "SELECT pg_sleep(42)"))).value?.["commandId"]);
  const state = async () => (await agent.db.command.findUniqueOrThrow({ where: { id: commandId } })).state;
  await expect.poll(state).toBe("running");
  const seat = { roomId_userId: { roomId: agent.roomId, userId: helper.id } };
  await agent.db.roomMember.update({ where: seat, data: { role: "observer" } });
  expect(await page.outcome({ type: "command.cancel", commandId })).toBe("observer");
  await agent.db.roomMember.update({ where: seat, data: { role: "responder" } });
  await agent.db.session.update({ where: { id: helper.sessionId }, data: { revokedAt: new Date() } });
  expect(await page.outcome({ type: "command.cancel", commandId }).catch(() => "closed")).toMatch(/^(unauthenticated|closed)$/);
  expect(await state()).toBe("running");
  expect(await lead.outcome({ type: "command.cancel", commandId })).toBe("ok");
  await expect.poll(state).toBe("cancelled");
  lead.ws.close();
});

test("a page that stops reading is dropped to a resync; the others hear everything", { timeout: 120_000 }, async () => {
  const stuck = await agent.room(await agent.person("stuck"));
  const page = await agent.room(responder);
  stuck.ws.pause();
  const editor = await agent.edit(responder);
  const online = (): boolean => page.last("room")?.room.members.find((member) => member.name === "stuck")?.online ?? true;
  const before = process.memoryUsage().arrayBuffers;
  let told = 0;
  // Every command is told to everybody in the room, with its text.
  for (let n = 0; n < 200 && online(); n++) {
    const text = `SELECT ${n} /* ${"long ".repeat(40_000)} */`;
    editor.text.insert(0, text);
    await editor.saved();
    expect(await page.outcome(proposal(editor, text))).toBe("ok");
    told++;
    editor.text.delete(0, text.length);
    await editor.saved();
  }
  expect(online()).toBe(false);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(128 * 1024 * 1024);
  expect(page.closed).toBeUndefined();
  const heard = new Set(page.heard.flatMap((message) => (message.type === "command" ? [message.command.id] : [])));
  expect(heard.size).toBeGreaterThanOrEqual(told);
  stuck.ws.resume();
  await stuck.until(() => stuck.closed !== undefined, "closed");
  page.ws.close();
});

test("stopping the agent settles what runs and sends everybody away to come back", async () => {
  const [page, editor] = [await agent.room(responder), await agent.edit(responder)];
  editor.text.insert(0, "SELECT pg_sleep(41);\n");
  await editor.saved();
  const commandId = String((await page.ask(proposal(editor, "SELECT pg_sleep(41)"))).value?.["commandId"]);
  await page.until(() => page.last("command")?.command.state === "running", "running");
  const began = performance.now();
  await agent.restart();
  expect(performance.now() - began).toBeLessThan(6_000);
  await page.until(() => page.closed !== undefined, "closed");
  expect(page.closed?.code).toBe(CLOSE.restart);
  const back = await agent.room(responder);
  expect(back.snapshot.commands.find((command) => command.id === commandId)?.state).toBe("cancelled");
  back.ws.close();
});

test("the demo's cluster is a connection once it is there, and its address of this start is taken over", async () => {
  const { db } = agent;
  const file = join(agent.config.home, "demo-cluster.kubeconfig");
  await writeFile(file, "the first");
  await agent.restart();
  const made = await db.connection.findUniqueOrThrow({ where: { name: "eks-prod" } });
  await writeFile(file, "the second");
  await agent.restart();
  const kept = await db.connection.findUniqueOrThrow({ where: { name: "eks-prod" } });
  expect(kept).toMatchObject({ id: made.id, connector: "kubernetes", environment: "prod" });
  expect(openSecret(agent.config.key, made.id, made.secret)).toEqual({ kubeconfig: "the first" });
  expect(openSecret(agent.config.key, kept.id, kept.secret)).toEqual({ kubeconfig: "the second" });
  const page = await agent.room(oncall);
  // What was there first is what a new document is offered first.
  expect(page.snapshot.connections.map(({ name }) => name)).toEqual(["payments-db", "eks-prod"]);
  page.ws.close();
  await rm(file);
  await db.connection.delete({ where: { id: made.id } });
});

test("the demo is there once, whatever happens twice", async () => {
  await agent.restart();
  const { db } = agent;
  expect([await db.room.count({ where: { severity: "SEV-1" } }), await db.connection.count()]).toEqual([1, 1]);
  const users = await db.user.findMany({ where: { demo: true }, include: { groups: true } });
  expect(Object.fromEntries(users.map((user) => [user.name, user.groups.map(({ group }) => group).toSorted()]))).toEqual({
    oncall: ["oncall"],
    responder: ["responders"],
    reviewer: ["network", "payments-reviewers", "platform"],
    reviewer2: ["network", "payments-reviewers", "platform"],
    admin: ["admins"],
    observer: [],
  });
  const page = await agent.room(oncall);
  expect(page.snapshot.role).toBe("lead");
  await page.until(() => (page.last("connection")?.connection ?? page.snapshot.connections[0])?.status === "up", "target up");
  page.ws.close();
});
