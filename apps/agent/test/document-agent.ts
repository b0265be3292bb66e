import { migratedDatabase } from "@interlock/db/testing";
import type { Db } from "@interlock/db";
import { CLOSE, PROTOCOL_VERSION } from "@interlock/protocol";
import { DocumentStore } from "../src/document/document-store.ts";
import { welcomeToDocument } from "../src/document/document-welcome.ts";
import { Door } from "../src/door/door.ts";
import { OpenSockets } from "../src/door/open-sockets.ts";
import { serve } from "../src/http/server.ts";
import { createLog } from "../src/log.ts";
import { watchRevocations } from "../src/revocation.ts";
import { Membership } from "../src/room/membership.ts";
import { RoomHub } from "../src/room/room-hub.ts";
import { Timeline } from "../src/timeline.ts";
import { Editor, type EditorOptions } from "./editor.ts";
import { signIn, ticketFor, type TestPerson } from "./people.ts";

export const ORIGIN = "http://interlock.test";

/** The agent's own door and documents on a real database, without targets. */
export interface DocumentAgent {
  db: Db;
  port: number;
  documents: DocumentStore;
  membership: Membership;
  sockets: OpenSockets;
  roomId: string;
  connectionId: string;
  lead: TestPerson;
  /** Everything durable stays; what is in memory is built anew. */
  restart(): Promise<void>;
  person(name: string, groups?: string[]): Promise<TestPerson>;
  document(text?: string): Promise<string>;
  url(documentId: string, ticket: string): string;
  edit(person: TestPerson, documentId: string, options?: EditorOptions): Promise<Editor>;
  stop(): Promise<void>;
}

export async function startDocumentAgent(): Promise<DocumentAgent> {
  const database = await migratedDatabase();
  const { db } = database;
  const log = createLog("silent");
  const editors = new Set<Editor>();
  const build = async () => {
    const hub = new RoomHub();
    const timeline = new Timeline(db, hub);
    const membership = new Membership(db, hub, timeline);
    const documents = new DocumentStore({ db, timeline, languageOf: (name) => (name === "postgres" ? "sql" : undefined), log });
    const sockets = new OpenSockets();
    const ending = new AbortController();
    await watchRevocations({ databaseUrl: database.url, db, sockets, log }, ending.signal);
    const doc = welcomeToDocument({ db, documents, membership, timeline, log });
    const room = async () => {
      throw new Error("no rooms here");
    };
    const door = new Door({ db, origins: new Set([ORIGIN]), sockets, log, welcome: { room, doc, term: room } });
    const server = await serve({
      port: 0,
      host: "127.0.0.1",
      origins: new Set([ORIGIN]),
      door,
      rest: { fetch: () => new Response(null, { status: 404 }) },
    });
    const stop = async () => {
      sockets.end(CLOSE.restart, "restart");
      await server.close(100);
      await documents.stop();
      ending.abort();
    };
    return { membership, documents, sockets, port: server.port, stop };
  };
  let parts = await build();
  const lead = await signIn(db, "lead");
  const room = await parts.membership.openRoom(
    { ...lead, displayName: "lead", groups: [], identities: [], color: "#5b8cff" },
    { title: "test" },
  );
  const connection = await db.connection.create({
    data: { name: "payments-db", connector: "postgres", environment: "prod", secret: new Uint8Array(1) },
  });
  const agent: DocumentAgent = {
    db,
    get port() {
      return parts.port;
    },
    get documents() {
      return parts.documents;
    },
    get membership() {
      return parts.membership;
    },
    get sockets() {
      return parts.sockets;
    },
    roomId: room.id,
    connectionId: connection.id,
    lead,
    async restart() {
      await parts.stop();
      parts = await build();
    },
    person: (name, groups) => signIn(db, name, groups),
    async document(text) {
      const made = await parts.documents.create({
        roomId: room.id,
        name: "cleanup.sql",
        connectionId: connection.id,
        actor: lead,
        ...(text === undefined ? {} : { initialText: text }),
      });
      if (!made.ok) throw new Error(made.code);
      return made.value.id;
    },
    url: (documentId, ticket) => `ws://127.0.0.1:${parts.port}/ws/doc/${documentId}?v=${PROTOCOL_VERSION}&ticket=${ticket}`,
    async edit(person, documentId, options) {
      const editor = await Editor.open(agent.url(documentId, await ticketFor(db, person)), ORIGIN, options);
      editors.add(editor);
      return editor;
    },
    async stop() {
      for (const editor of editors) editor.close();
      await parts.stop();
      await database.dispose();
    },
  };
  return agent;
}
