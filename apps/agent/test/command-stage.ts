import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashToken, newToken, type Db } from "@interlock/db";
import { migratedDatabase, startTestPostgres } from "@interlock/db/testing";
import { FINAL_STATES, type Command, type CommandState, type Principal, type Room, type ServerMessage } from "@interlock/protocol";
import { Client } from "pg";
import { DocumentStore } from "../src/document/document-store.ts";
import { createAuthentication } from "../src/http/authentication.ts";
import { createLog } from "../src/log.ts";
import { Membership } from "../src/room/membership.ts";
import { RoomHub } from "../src/room/room-hub.ts";
import type { RoomSocket } from "../src/room/room-socket.ts";
import { createServices, type Services } from "../src/services.ts";
import { Timeline } from "../src/timeline.ts";

/** Like the demo's rules, with a countdown a test can wait for. */
export const POLICY = `version: 1
masks:
  - columns: [payments.customers.email, payments.customers.card_number]
  - detectors: [email, card]
rules:
  - { id: reads, match: { effects: [read, session] }, effect: allow }
  - id: writes
    match: { effects: [append, modify, delete] }
    effect: review
    reviews: [{ count: 1, group: payments-reviewers }]
    obligations: { guard: true, countdown: 200ms }
  - id: slow
    match: { connections: [payments-slow], effects: [append, modify, delete] }
    effect: review
    reviews: [{ count: 1, group: payments-reviewers }]
    obligations: { countdown: 60s }
  - id: definitions
    match: { effects: [schema] }
    effect: review
    reviews: [{ count: 1, group: platform }, { count: 1, group: network }]
`;

const TARGET = `
CREATE SCHEMA payments;
CREATE TABLE payments.customers (id int PRIMARY KEY, full_name text NOT NULL, email text NOT NULL, card_number text NOT NULL);
CREATE TABLE payments.orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES payments.customers, status text NOT NULL);
CREATE TABLE payments.order_items (id int PRIMARY KEY, order_id int NOT NULL REFERENCES payments.orders ON DELETE CASCADE, sku text NOT NULL);
CREATE INDEX ON payments.order_items (order_id);
INSERT INTO payments.customers SELECT i, 'Person ' || i, 'person' || i || '@example.com', '4242424242424242' FROM generate_series(1, 20) i;
INSERT INTO payments.orders SELECT i, 1 + i % 20, CASE WHEN i <= 10 THEN 'pending' ELSE 'paid' END FROM generate_series(1, 100) i;
INSERT INTO payments.order_items SELECT i, 1 + i % 100, 'sku' || i FROM generate_series(1, 300) i;
ANALYZE;
`;

const PEOPLE = {
  oncall: ["oncall"],
  responder: ["responders"],
  reviewer: ["payments-reviewers", "platform", "network"],
  reviewer2: ["payments-reviewers", "platform", "network"],
  admin: ["admins"],
  observer: [],
} as const satisfies Record<string, readonly string[]>;
export type Name = keyof typeof PEOPLE;

export interface Stage extends Services {
  db: Db;
  databaseUrl: string;
  home: string;
  key: Uint8Array;
  people: Record<Name, Principal>;
  room: Room;
  connectionId: string;
  /** The same target, where policy gives a countdown that no test waits for. */
  slowConnectionId: string;
  documents: DocumentStore;
  /** The target as its owner. */
  target: Client;
  targetUrl: string;
  /** Everything told to the room so far. */
  told: ServerMessage[];
  socket: TestSocket;
  /** A REST call as this person; undefined for nobody. */
  call(who: Name | undefined, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  propose(
    who: Name,
    text: string,
    more?: { maxRows?: number; reason?: string; authors?: string[]; key?: string; connectionId?: string; dryRun?: boolean },
  ): Promise<Command>;
  approve(who: Name, command: Command): ReturnType<Services["commands"]["review"]>;
  /** Resolves when the command is in one of `states` (default: any final one). */
  until(commandId: string, states?: ReadonlySet<CommandState>): Promise<Command>;
  /** Ends the services and builds them anew on the same data, as after a restart. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

/** A browser in the room, without the network. */
export class TestSocket implements RoomSocket {
  readonly id = crypto.randomUUID();
  readonly role = "responder";
  readonly roomId: string;
  readonly principal: Principal;
  readonly controller = new AbortController();
  readonly messages: ServerMessage[] = [];
  readonly frames: Uint8Array[] = [];
  /** Replaced by tests that read slowly. */
  take: () => Promise<void> = () => Promise.resolve();

  constructor(roomId: string, principal: Principal) {
    this.roomId = roomId;
    this.principal = principal;
  }
  get closed(): AbortSignal {
    return this.controller.signal;
  }
  send(message: ServerMessage): void {
    this.messages.push(message);
  }
  sendText(json: string): void {
    this.messages.push(JSON.parse(json) as ServerMessage);
  }
  async sendPaced(message: ServerMessage): Promise<void> {
    this.messages.push(message);
    await this.take();
  }
  async sendBinary(frame: Uint8Array): Promise<void> {
    this.frames.push(Uint8Array.from(frame));
    await this.take();
  }
}

/** Own data, a target and everything between them, all real. */
export async function openStage(policy = POLICY): Promise<Stage> {
  const home = await mkdtemp(join(tmpdir(), "interlock-agent-"));
  const own = await migratedDatabase();
  const server = await startTestPostgres();
  const targetUrl = await server.createDatabase("payments");
  const target = new Client({ connectionString: targetUrl });
  await target.connect();
  await target.query(TARGET);
  await writeFile(join(home, "policy.yaml"), policy);
  const { db } = own;
  const key = new Uint8Array(randomBytes(32));

  const people = {} as Record<Name, Principal>;
  const tokens = {} as Record<Name, string>;
  for (const [name, groups] of Object.entries(PEOPLE) as [Name, readonly string[]][]) {
    const user = await db.user.create({
      data: { name, displayName: name, color: "#5b8cff", groups: { create: groups.map((group) => ({ group })) } },
    });
    people[name] = { id: user.id, name, displayName: name, color: user.color, groups: [...groups], identities: [] };
    tokens[name] = newToken();
    await db.apiToken.create({ data: { userId: user.id, hash: hashToken(tokens[name]) } });
  }

  const build = async () => {
    const hub = new RoomHub();
    const log = createLog(process.env["LOG"] ?? "silent");
    const timeline = new Timeline(db, hub);
    const membership = new Membership(db, hub, timeline);
    const documents = new DocumentStore({ db, timeline, languageOf: (connector) => (connector === "kubernetes" ? "kubectl" : "sql"), log });
    const authenticate = createAuthentication({ db, secret: "a secret of the tests" });
    const services = await createServices({
      config: { home, key, demo: false, undoDays: 30 },
      db,
      hub,
      documents,
      timeline,
      membership,
      authenticate,
      log,
    });
    return { hub, membership, documents, services };
  };

  let built = await build();
  const room = await built.membership.openRoom(people.oncall, { title: "payments 5xx after deploy", severity: "SEV-1" });
  const made = await built.services.connections.create({
    name: "payments-db",
    connector: "postgres",
    environment: "prod",
    labels: {},
    secret: { read: targetUrl, write: targetUrl },
  });
  if (!made.ok) throw new Error(made.code);
  const connectionId = made.value.id;
  const slow = await built.services.connections.create({
    name: "payments-slow",
    connector: "postgres",
    environment: "prod",
    labels: {},
    secret: { read: targetUrl, write: targetUrl },
  });
  if (!slow.ok) throw new Error(slow.code);
  const socket = new TestSocket(room.id, people.responder);
  built.hub.add(socket);

  const stage: Stage = {
    ...built.services,
    db,
    databaseUrl: own.url,
    home,
    key,
    people,
    room,
    connectionId,
    slowConnectionId: slow.value.id,
    documents: built.documents,
    target,
    targetUrl,
    told: socket.messages,
    socket,
    call: async (who, method, path, body, headers = {}) =>
      stage.rest.fetch(
        new Request(`http://interlock/api/v1${path}`, {
          method,
          headers: {
            ...(who === undefined ? {} : { authorization: `Bearer ${tokens[who]}` }),
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...headers,
          },
          ...(body === undefined
            ? {}
            : { body: typeof body === "string" || body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body) }),
        }),
      ),
    propose: async (who, text, { authors = [], ...more } = {}) => {
      const proposed = await stage.commands.propose({ principal: people[who], roomId: room.id, connectionId, text, authors, ...more });
      if (!proposed.ok) throw new Error(`${proposed.code}: ${proposed.detail ?? ""}`);
      return proposed.value;
    },
    approve: (who, command) =>
      stage.commands.review({ principal: people[who], commandId: command.id, digest: command.digest, decision: "approve" }),
    until: async (commandId, states = FINAL_STATES) => {
      for (const end = Date.now() + 15_000; ;) {
        const command = await stage.commands.get(commandId);
        if (command !== undefined && states.has(command.state)) return command;
        if (Date.now() > end) throw new Error(`it stays ${command?.state}`);
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    },
    restart: async () => {
      await built.services.stop();
      await built.documents.stop();
      built = await build();
      built.hub.add(socket);
      Object.assign(stage, built.services, { documents: built.documents });
    },
    dispose: async () => {
      await built.services.stop();
      await built.documents.stop();
      await target.end();
      await server.stop();
      await own.dispose();
      await rm(home, { recursive: true, force: true });
    },
  };
  return stage;
}

/** The single number a query on the target answers. */
export async function count(stage: Stage, sql: string): Promise<number> {
  const { rows } = await stage.target.query<Record<string, unknown>>({ text: sql });
  return Number(Object.values(rows[0] ?? {})[0]);
}

/** Types of audit events, oldest first, of one command or of all. */
export async function eventTypes(stage: Stage, commandId?: string): Promise<string[]> {
  const rows = await stage.db.auditEvent.findMany({
    ...(commandId === undefined ? {} : { where: { commandId } }),
    orderBy: { seq: "asc" },
    select: { type: true },
  });
  return rows.map(({ type }) => type);
}
