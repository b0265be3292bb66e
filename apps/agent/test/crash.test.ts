import { setTimeout as sleep } from "node:timers/promises";
import { CLOSE, PROTOCOL_VERSION } from "@interlock/protocol";
import { migratedDatabase, type MigratedDatabase } from "@interlock/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PROCESS_ORIGIN, startAgentProcess, type AgentProcess } from "./agent-process.ts";
import { Editor } from "./editor.ts";
import { signIn, ticketFor, type TestPerson } from "./people.ts";

let database: MigratedDatabase;
let agent: AgentProcess;
let documentId: string;
beforeAll(async () => {
  database = await migratedDatabase();
  agent = await startAgentProcess({ databaseUrl: database.url });
  const { db } = database;
  const room = await db.room.create({ data: { title: "crash" } });
  const connection = await db.connection.create({
    data: { name: "payments-db", connector: "postgres", environment: "prod", secret: new Uint8Array(1) },
  });
  const document = await db.document.create({ data: { roomId: room.id, connectionId: connection.id, name: "a.sql", language: "sql" } });
  documentId = document.id;
});
afterAll(async () => {
  await agent?.dispose();
  await database?.dispose();
});

async function edit(person: TestPerson, options = {}): Promise<Editor> {
  const url = `ws://127.0.0.1:${agent.port}/ws/doc/${documentId}?v=${PROTOCOL_VERSION}&ticket=${await ticketFor(database.db, person)}`;
  return Editor.open(url, PROCESS_ORIGIN, options);
}

test("I12: kill -9 in mid-typing loses nothing that was acknowledged", async () => {
  const people = await Promise.all(["ann", "ben", "cleo"].map((name) => signIn(database.db, name)));
  const written = new Map<string, string[]>();
  for (let round = 0; round < 3; round++) {
    const editors = await Promise.all(people.map((person) => edit(person)));
    const typing = editors.map(async (editor, index) => {
      const kept = written.get(people[index]!.name) ?? [];
      written.set(people[index]!.name, kept);
      const unacknowledged: string[] = [];
      let settled = editor.acked;
      for (let n = 0; editor.closed === undefined; n++) {
        const word = `${people[index]!.name}-${round}-${n};`;
        editor.text.insert(editor.text.length, word);
        unacknowledged.push(word);
        await sleep(2);
        // Acknowledgements count messages: the answer to sync step 1 was the first of them.
        for (; settled < editor.acked; settled++) if (settled > 0) kept.push(unacknowledged.shift()!);
      }
      for (; settled < editor.acked; settled++) kept.push(unacknowledged.shift()!);
    });
    await sleep(300 + 150 * round);
    await agent.kill();
    await Promise.all(typing);
    for (const editor of editors) editor.close();
    await agent.start();
    const reader = await edit(people[0]!);
    const text = reader.toString();
    reader.close();
    for (const words of written.values()) {
      expect(words.length).toBeGreaterThan(10);
      for (const word of words) expect(text).toContain(word);
    }
  }
});

test("what was not acknowledged comes again with the reconnect", async () => {
  const ann = await signIn(database.db, "ann");
  const before = await edit(ann);
  await agent.kill();
  before.text.insert(0, "typed while the agent was away;");
  before.close();
  await agent.start();
  const after = await edit(ann, { doc: before.doc });
  await after.saved();
  const reader = await edit(ann);
  expect(reader.toString()).toContain("typed while the agent was away;");
  after.close();
  reader.close();
});

test("SIGTERM sends everybody away with 1012 and ends with 0 within 3 s", async () => {
  const editor = await edit(await signIn(database.db, "ann"));
  editor.text.insert(0, "last words;");
  const began = performance.now();
  expect(await agent.terminate()).toBe(0);
  expect(performance.now() - began).toBeLessThan(3_000);
  expect(editor.closed?.code).toBe(CLOSE.restart);
  expect(agent.output()).not.toMatch(/"level":(50|60)/);
  await agent.start();
});

test("the agent ends with its supervisor", async () => {
  const began = performance.now();
  expect(await agent.disconnect()).toBe(0);
  expect(performance.now() - began).toBeLessThan(3_000);
  await agent.start();
});

test("a configuration that is wrong is said by name, never by value, and ends the process", async () => {
  const failed = startAgentProcess({
    databaseUrl: database.url,
    environment: { INTERLOCK_KEY: "c2VjcmV0LXZhbHVl", INTERLOCK_ORIGINS: "nope" },
  });
  const error = await failed.then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  expect(error?.message).toContain("ended with 1");
  expect(error?.message).toContain("INTERLOCK_KEY: must be 32 bytes");
  expect(error?.message).toContain("INTERLOCK_ORIGINS");
  expect(error?.message).not.toContain("c2VjcmV0LXZhbHVl");
});
