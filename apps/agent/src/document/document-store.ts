import { randomInt } from "node:crypto";
import { appendAudit, type Db } from "@interlock/db";
import { FileName, ok, refuse, type Document, type Outcome, type Principal } from "@interlock/protocol";
import * as Y from "yjs";
import type { Log } from "../log.ts";
import { isId } from "../room/membership.ts";
import type { Timeline } from "../timeline.ts";
import { DocumentLog } from "./document-log.ts";
import { authorsOf, freezeRange, offsetOf, type FrozenRange, type PositionJson } from "./frozen-range.ts";
import { LiveDocument } from "./live-document.ts";
import { writersOf } from "./quoted-text.ts";
import { CONTENT } from "./update-reader.ts";

/** A document that stays loaded until it is released. */
export interface OpenDocument {
  live: LiveDocument;
  release(): void;
}

/** A document as a file. */
export interface RoomFile extends Document {
  /** What it holds at this moment, and everybody who wrote or deleted in it, as user ids. */
  read(): Promise<{ content: string; authors: string[] }>;
}

interface Holding {
  loading: Promise<LiveDocument | undefined>;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

const IDLE_MS = 60_000;
/** How long a proposal waits for its own last key strokes, which come over another socket. */
const CATCH_UP_MS = 500;
/** Documents of one room. */
const MOST_DOCUMENTS = 100;
/** The same with those that were taken out: they are kept. */
const MOST_EVER = 2_000;

export interface DocumentStoreParts {
  db: Db;
  timeline: Timeline;
  /** Editor language of a connector's texts, e.g. `sql`; undefined for an unknown connector. */
  languageOf: (connector: string) => string | undefined;
  log: Log;
  /** How long a document without users stays in memory, in milliseconds. */
  idleMs?: number;
}

/** The documents of all rooms: loaded when somebody asks, unloaded when nobody has asked for a while. */
export class DocumentStore {
  readonly #parts: DocumentStoreParts;
  readonly #durable: DocumentLog;
  readonly #held = new Map<string, Holding>();
  readonly #listeners = new Set<(documentId: string) => void>();

  constructor(parts: DocumentStoreParts) {
    this.#parts = parts;
    this.#durable = new DocumentLog(parts.db);
  }

  /** The whole text; rejects when there is no such document. */
  text(id: string): Promise<string> {
    return this.#with(id, (live) => live.text.toJSON());
  }

  /** UTF-16 offset of a relative position (JSON form); undefined when it is none of this document's. */
  offsetOf(id: string, position: PositionJson): Promise<number | undefined> {
    return this.#with(id, (live) => offsetOf(live.text, position));
  }

  /** The text of a range and everybody who inserted or deleted in it, as user ids. `draft_changed` when it is not `expected`. */
  async freeze(id: string, start: PositionJson, end: PositionJson, expected: string): Promise<Outcome<FrozenRange>> {
    const opened = await this.open(id);
    if (opened === undefined) return refuse("not_found", "there is no such document");
    try {
      const { live } = opened;
      const deadline = Date.now() + CATCH_UP_MS;
      for (;;) {
        const frozen = freezeRange(live.text, live.authorship, start, end, expected);
        if (frozen.ok || Date.now() >= deadline) return frozen;
        await this.#change(id, deadline - Date.now());
      }
    } finally {
      opened.release();
    }
  }

  /** Everybody who wrote any of these texts in a document of the room, as user ids. */
  async writersOf(roomId: string, texts: readonly string[]): Promise<string[]> {
    const writers = new Set<string>();
    // A document that was taken out of the room still says who wrote what.
    for (const { id } of await this.#parts.db.document.findMany({ where: { roomId }, select: { id: true } }))
      await this.#with(id, (live) => {
        for (const text of texts) for (const userId of writersOf(live.text, live.authorship, text)) writers.add(userId);
      });
    return [...writers];
  }

  /** Every document of the room whose name a command can use for a file. */
  async files(roomId: string): Promise<RoomFile[]> {
    return (await this.documentsOf(roomId))
      .filter(({ name }) => FileName.safeParse(name).success)
      .map((document) => ({
        ...document,
        read: () =>
          this.#with(document.id, ({ text, authorship }) => ({
            content: text.toJSON(),
            authors: authorsOf(text, authorship, 0, text.length),
          })),
      }));
  }

  /** Called after a document's text has changed. */
  onChange(listener: (documentId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Makes a document; `initialText` is written once, here. It is nobody's, or that of `author`, a user id. */
  async create(input: {
    roomId: string;
    name: string;
    connectionId: string;
    actor: Pick<Principal, "name">;
    initialText?: string;
    author?: string;
  }): Promise<Outcome<Document>> {
    const { roomId, name, connectionId, actor, initialText, author } = input;
    const { db, languageOf, timeline } = this.#parts;
    const connection = isId(connectionId) ? await db.connection.findUnique({ where: { id: connectionId } }) : null;
    const spoken = connection === null ? undefined : languageOf(connection.connector);
    const language = spoken === undefined ? undefined : (languageOfName(name) ?? spoken);
    if (connection === null || language === undefined) return refuse("unknown_connection");
    const made = await db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM "Room" WHERE id = ${roomId}::uuid FOR UPDATE`;
      if ((await tx.document.count({ where: { roomId, removedAt: null } })) >= MOST_DOCUMENTS) return MOST_DOCUMENTS;
      if ((await tx.document.count({ where: { roomId } })) >= MOST_EVER) return MOST_EVER;
      const row = await tx.document.create({ data: { roomId, name, connectionId, language } });
      if (initialText !== undefined && initialText !== "") {
        const { bytes, client } = seed(initialText);
        await tx.documentClient.create({ data: { documentId: row.id, clientId: client, userId: author ?? null } });
        await tx.documentUpdate.create({ data: { documentId: row.id, bytes } });
      }
      const data = { documentId: row.id, name, connection: connection.name };
      return { row, event: await appendAudit(tx, { type: "document.created", actor: actor.name, roomId, data }) };
    });
    if (typeof made === "number")
      return refuse("too_large", `a room holds at most ${made} documents${made === MOST_EVER ? ", removed ones included" : ""}`);
    await timeline.publish(made.event);
    return ok({ id: made.row.id, roomId, name, connectionId, language });
  }

  /** Takes a document out of the room. Its text stays in the log: who wrote it still counts (I4). */
  async remove(input: { roomId: string; documentId: string; actor: Pick<Principal, "name"> }): Promise<Outcome<undefined>> {
    const { roomId, documentId, actor } = input;
    if (!isId(documentId)) return refuse("not_found");
    const { db, timeline } = this.#parts;
    const event = await db.$transaction(async (tx) => {
      const { count } = await tx.document.updateMany({
        where: { id: documentId, roomId, removedAt: null },
        data: { removedAt: new Date() },
      });
      if (count === 0) return undefined;
      const { name } = await tx.document.findUniqueOrThrow({ where: { id: documentId }, select: { name: true } });
      return appendAudit(tx, { type: "document.removed", actor: actor.name, roomId, data: { documentId, name } });
    });
    if (event === undefined) return refuse("not_found", "There is no such document in this room.");
    await timeline.publish(event);
    return ok(undefined);
  }

  /** Oldest first. */
  async documentsOf(roomId: string): Promise<Document[]> {
    return this.#parts.db.document.findMany({
      where: { roomId, removedAt: null },
      orderBy: { createdAt: "asc" },
      select: { id: true, roomId: true, name: true, connectionId: true, language: true },
    });
  }

  async find(id: string): Promise<Document | undefined> {
    if (!isId(id)) return undefined;
    const select = { id: true, roomId: true, name: true, connectionId: true, language: true };
    return (await this.#parts.db.document.findFirst({ where: { id, removedAt: null }, select })) ?? undefined;
  }

  /** Holds a document in memory until it is released. Undefined when there is none. */
  async open(id: string): Promise<OpenDocument | undefined> {
    if (!isId(id)) return undefined;
    let holding = this.#held.get(id);
    if (holding === undefined) {
      holding = { loading: this.#load(id), users: 0, idle: undefined };
      this.#held.set(id, holding);
    }
    const held = holding;
    held.users++;
    clearTimeout(held.idle);
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      if (--held.users === 0) held.idle = setTimeout(() => void this.#unload(id, held), this.#parts.idleMs ?? IDLE_MS).unref();
    };
    try {
      const live = await held.loading;
      if (live !== undefined && !live.broken) return { live, release };
      release();
      this.#forget(id, held);
      // A document whose log could not be written is loaded anew, as it is in the log.
      return live === undefined ? undefined : await this.open(id);
    } catch (error) {
      release();
      this.#forget(id, held);
      throw error;
    }
  }

  /** Resolves when everything received is settled. */
  async stop(): Promise<void> {
    for (const [id, held] of this.#held) {
      clearTimeout(held.idle);
      await this.#unload(id, held);
    }
  }

  async #load(id: string): Promise<LiveDocument | undefined> {
    const loaded = await this.#durable.load(id);
    if (loaded === undefined) return undefined;
    const changed = (): void => {
      for (const listener of this.#listeners) listener(id);
    };
    return new LiveDocument({ id, loaded, durable: this.#durable, log: this.#parts.log, changed });
  }

  async #unload(id: string, held: Holding): Promise<void> {
    // Whoever asked for the document has been told that it could not be loaded; here there is only nothing to put away.
    const live = await held.loading.catch(() => undefined);
    await live?.settled();
    if (held.users > 0) return;
    this.#forget(id, held);
    live?.destroy();
  }

  #forget(id: string, held: Holding): void {
    clearTimeout(held.idle);
    if (this.#held.get(id) === held) this.#held.delete(id);
  }

  async #with<T>(id: string, read: (live: LiveDocument) => T): Promise<T> {
    const opened = await this.open(id);
    if (opened === undefined) throw new Error(`there is no document ${id}`);
    try {
      return read(opened.live);
    } finally {
      opened.release();
    }
  }

  /** Resolves at the document's next change, or after `ms`. */
  #change(id: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        stop();
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(end, ms);
      const stop = this.onChange((changed) => {
        if (changed === id) end();
      });
    });
  }
}

/** Of a document that is a file by its name, for the editor; undefined where it holds what its connection speaks. */
function languageOfName(name: string): string | undefined {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (ending === "yaml" || ending === "yml") return "yaml";
  if (ending === "json") return "json";
  return ending !== undefined && PLAIN.has(ending) ? "plaintext" : undefined;
}

/** Endings of files that commands read and nothing here colours. */
const PLAIN: ReadonlySet<string> = new Set([
  "txt",
  "conf",
  "cfg",
  "ini",
  "env",
  "properties",
  "toml",
  "xml",
  "pem",
  "crt",
  "key",
  "md",
  "csv",
]);

function seed(text: string): { bytes: Uint8Array<ArrayBuffer>; client: number } {
  const doc = new Y.Doc({ gc: false });
  doc.clientID = randomInt(1, 2 ** 32 - 1);
  doc.getText(CONTENT).insert(0, text.replaceAll(/\r\n?/g, "\n"));
  const bytes = new Uint8Array(Y.encodeStateAsUpdate(doc));
  doc.destroy();
  return { bytes, client: doc.clientID };
}
