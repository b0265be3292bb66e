import { createSession, lockUser, revokeSession, setGroups } from "@interlock/db";
import { CLOSE } from "@interlock/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDocumentAgent, type DocumentAgent } from "./document-agent.ts";
import type { Editor } from "./editor.ts";

let agent: DocumentAgent;
let documentId: string;
beforeAll(async () => {
  agent = await startDocumentAgent();
  documentId = await agent.document("SELECT 1;");
});
afterAll(() => agent?.stop());

/** Milliseconds until the socket was closed for want of a session. */
async function cutOff(editor: Editor, act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  await editor.until(() => editor.closed !== undefined, "closed");
  expect(editor.closed).toEqual({ code: CLOSE.unauthenticated, reason: "unauthenticated" });
  return performance.now() - began;
}

test("I11: sign-out closes that session's sockets within a second, and no other's", async () => {
  const ann = await agent.person("ann");
  const elsewhere = await createSession(agent.db, ann.id);
  const here = await agent.edit(ann, documentId);
  const there = await agent.edit({ ...ann, sessionId: elsewhere.id }, documentId);
  expect(await cutOff(here, () => revokeSession(agent.db, ann.sessionId))).toBeLessThan(1_000);
  there.text.insert(0, "x");
  await there.saved();
});

test("I11: a lock and a change of groups close all sockets of a person within a second", async () => {
  const ben = await agent.person("ben");
  const editor = await agent.edit(ben, documentId);
  expect(await cutOff(editor, () => setGroups(agent.db, ben.id, ["platform"]))).toBeLessThan(1_000);
  const again = await agent.edit(ben, documentId);
  expect(await cutOff(again, () => lockUser(agent.db, ben.id))).toBeLessThan(1_000);
});

test("I11: a session that expires closes its sockets within a second", async () => {
  const cleo = await agent.person("cleo");
  const short = await createSession(agent.db, cleo.id, 1_500);
  const editor = await agent.edit({ ...cleo, sessionId: short.id }, documentId);
  await editor.until(() => editor.closed !== undefined, "closed");
  expect(editor.closed?.code).toBe(CLOSE.unauthenticated);
  expect(Date.now() - short.expiresAt.getTime()).toBeLessThan(1_000);
});

test("I11: what was revoked while nobody listened is found when listening again", async () => {
  const dora = await agent.person("dora");
  const editor = await agent.edit(dora, documentId);
  // As after a fail-over: the listening connection is cut, and the notice is lost with it.
  const [{ cut }] = await agent.db.$queryRaw<[{ cut: number }]>`
    SELECT count(pg_terminate_backend(pid))::int AS cut FROM pg_stat_activity WHERE application_name = 'interlock:listen'`;
  expect(cut).toBe(1);
  const took = await cutOff(editor, () => agent.db.session.update({ where: { id: dora.sessionId }, data: { revokedAt: new Date() } }));
  expect(took).toBeLessThan(1_000);
});

test("a notice that is not understood revokes nobody who may be here", async () => {
  const eve = await agent.person("eve");
  const editor = await agent.edit(eve, documentId);
  await agent.db.$executeRaw`SELECT pg_notify('interlock_revoked', '{"everybody": true}')`;
  editor.text.insert(0, "y");
  await editor.saved();
  expect(editor.closed).toBeUndefined();
});
