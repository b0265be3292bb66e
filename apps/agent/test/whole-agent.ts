import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDb, sealSecret, type Db } from "@interlock/db";
import { migrate } from "@interlock/db/migrate";
import { startTestPostgres } from "@interlock/db/testing";
import { PROTOCOL_VERSION } from "@interlock/protocol";
import { createAgent } from "../src/agent.ts";
import type { Config } from "../src/config.ts";
import { createLog } from "../src/log.ts";
import { Editor, type EditorOptions } from "./editor.ts";
import { signIn, ticketFor, type TestPerson } from "./people.ts";
import { TerminalPage } from "./terminal-page.ts";
import { RoomPage } from "./room-page.ts";

export const ORIGIN = "http://interlock.test";

/** The agent as main.ts builds it, demo included, on a real database and with a real target. */
export interface WholeAgent {
  db: Db;
  config: Config;
  readonly port: number;
  roomId: string;
  documentId: string;
  /** Somebody of the demo, or a new person. */
  person(name: string, groups?: string[]): Promise<TestPerson>;
  room(person: TestPerson, roomId?: string): Promise<RoomPage>;
  edit(person: TestPerson, options?: EditorOptions): Promise<Editor>;
  terminal(person: TestPerson, terminalId: string, offset?: number, page?: number): Promise<TerminalPage>;
  /** Adds a connection; its secret is sealed as the agent seals it. */
  connect(connection: { name: string; connector: string; environment: string }, secret: unknown): Promise<string>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const TARGET = `
  CREATE SCHEMA payments;
  CREATE TABLE payments.customers (id int PRIMARY KEY, full_name text, email text, card_number text);
  CREATE TABLE payments.orders (id int PRIMARY KEY, customer_id int REFERENCES payments.customers, status text, amount numeric, created_at timestamptz DEFAULT now());
  INSERT INTO payments.customers SELECT n, 'Person ' || n, 'p' || n || '@example.com', '4242424242424242' FROM generate_series(1, 20) n;
  INSERT INTO payments.orders SELECT n, 1 + n % 20, CASE WHEN n % 4 = 0 THEN 'pending' ELSE 'paid' END, n FROM generate_series(1, 200) n;
  ANALYZE;`;

export async function startWholeAgent(more: Partial<Config> = {}): Promise<WholeAgent> {
  const server = await startTestPostgres();
  const home = await mkdtemp(join(tmpdir(), "interlock-whole-"));
  const target = await server.createDatabase("target");
  await migrate(server.url);
  const db = createDb(server.url);
  const scene = createDb(target);
  for (const statement of TARGET.split(";").filter((one) => one.trim() !== "")) await scene.$executeRawUnsafe(statement);
  await scene.$disconnect();
  await writeFile(join(home, "demo-target.json"), JSON.stringify({ read: target, write: target }), { mode: 0o600 });
  const config: Config = {
    port: 0,
    host: "127.0.0.1",
    databaseUrl: server.url,
    home,
    secret: "0123456789abcdef0123456789abcdef",
    key: new Uint8Array(randomBytes(32)),
    origins: new Set([ORIGIN]),
    demo: true,
    logLevel: "silent",
    resultDays: 30,
    undoDays: 30,
    hostPrograms: {},
    ...more,
  };
  let agent = await createAgent(config, createLog(process.env["TEST_LOG"] ?? "silent"));
  const room = await db.room.findFirstOrThrow();
  const document = await db.document.findFirstOrThrow();
  const url = async (path: string, person: TestPerson): Promise<string> =>
    `ws://127.0.0.1:${agent.port}/ws/${path}?v=${PROTOCOL_VERSION}&ticket=${await ticketFor(db, person)}`;
  const editors: Editor[] = [];
  return {
    db,
    config,
    get port() {
      return agent.port;
    },
    roomId: room.id,
    documentId: document.id,
    person: (name, groups) => signIn(db, name, groups),
    room: async (person, roomId = room.id) => RoomPage.open(await url(`room/${roomId}`, person), ORIGIN),
    async edit(person, options) {
      const editor = await Editor.open(await url(`doc/${document.id}`, person), ORIGIN, options);
      editors.push(editor);
      return editor;
    },
    terminal: async (person, terminalId, offset, page) => TerminalPage.open(await url(`term/${terminalId}`, person), ORIGIN, offset, page),
    async connect(connection, secret) {
      const id = randomUUID();
      await db.connection.create({ data: { id, ...connection, secret: sealSecret(config.key, id, secret) } });
      return id;
    },
    async restart() {
      await agent.stop();
      agent = await createAgent(config, createLog("silent"));
    },
    async stop() {
      for (const editor of editors) editor.close();
      await agent.stop();
      await db.$disconnect();
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
