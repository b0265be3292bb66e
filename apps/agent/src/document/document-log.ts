import type { Db } from "@interlock/db";
import * as Y from "yjs";
import { Authorship, mergeDeletions, type Deletion } from "./authorship.ts";

/** What one commit adds to a document. */
export interface LogEntry {
  updates: Uint8Array[];
  binds: { client: number; userId: string | null }[];
  deletions: Deletion[];
}

export interface LoadedDocument {
  doc: Y.Doc;
  authorship: Authorship;
  /** Rows and bytes of updates in the log. */
  rows: number;
  bytes: number;
}

/** The durable side of documents: an append-only log of updates and, in the same transaction, who brought them. */
export class DocumentLog {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Resolves when it is durable. */
  async append(documentId: string, entry: LogEntry): Promise<void> {
    const updates = this.#db.documentUpdate.createMany({ data: entry.updates.map((bytes) => ({ documentId, bytes: owned(bytes) })) });
    if (entry.binds.length === 0 && entry.deletions.length === 0) {
      await updates;
      return;
    }
    // No skipDuplicates: a client id that somebody bound meanwhile must fail the whole commit.
    const binds = this.#db.documentClient.createMany({
      data: entry.binds.map(({ client, userId }) => ({ documentId, clientId: client, userId })),
    });
    const deletions = this.#db.documentDeletion.createMany({
      data: mergeDeletions(entry.deletions).map(({ client, clock, length, userId }) => ({
        documentId,
        clientId: client,
        clock,
        length,
        userId,
      })),
    });
    await this.#db.$transaction([updates, ...(entry.binds.length > 0 ? [binds] : []), ...(entry.deletions.length > 0 ? [deletions] : [])]);
  }

  /** Undefined when there is no such document. Deleted text is kept (no garbage collection), its authors must stay known. */
  async load(documentId: string): Promise<LoadedDocument | undefined> {
    const [document, updates, clients, deletions] = await this.#db.$transaction(
      [
        this.#db.document.findUnique({ where: { id: documentId }, select: { id: true } }),
        this.#db.documentUpdate.findMany({ where: { documentId }, orderBy: { id: "asc" }, select: { bytes: true } }),
        this.#db.documentClient.findMany({ where: { documentId } }),
        this.#db.documentDeletion.findMany({ where: { documentId } }),
      ],
      { isolationLevel: "RepeatableRead" },
    );
    if (document === null) return undefined;
    const doc = new Y.Doc({ gc: false });
    Y.transact(doc, () => {
      for (const { bytes } of updates) Y.applyUpdate(doc, bytes);
    });
    assertWhole(doc, documentId);
    const authorship = new Authorship();
    for (const { clientId, userId } of clients) authorship.bind(Number(clientId), userId);
    const runs = deletions.map((row) => ({
      client: Number(row.clientId),
      clock: Number(row.clock),
      length: Number(row.length),
      userId: row.userId,
    }));
    for (const run of mergeDeletions(runs)) authorship.deleted(run);
    return { doc, authorship, rows: updates.length, bytes: updates.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) };
  }

  /**
   * Makes one row of the rows there are now, with the same meaning; resolves with its bytes. Only rows that were read are removed, so what
   * is appended meanwhile stays.
   */
  compact(documentId: string): Promise<number> {
    return this.#db.$transaction(
      async (tx) => {
        const rows = await tx.$queryRaw<{ id: bigint; bytes: Uint8Array }[]>`
          SELECT id, bytes FROM "DocumentUpdate" WHERE "documentId" = ${documentId}::uuid ORDER BY id FOR UPDATE`;
        const last = rows.at(-1);
        if (last === undefined) return 0;
        const merged = rows.length === 1 ? last.bytes : Y.mergeUpdates(rows.map((row) => row.bytes));
        if (rows.length > 1) {
          await tx.documentUpdate.update({ where: { id: last.id }, data: { bytes: owned(merged) } });
          await tx.documentUpdate.deleteMany({ where: { id: { in: rows.slice(0, -1).map((row) => row.id) } } });
        }
        const deletions = await tx.documentDeletion.findMany({ where: { documentId } });
        const runs = mergeDeletions(
          deletions.map((row) => ({
            client: Number(row.clientId),
            clock: Number(row.clock),
            length: Number(row.length),
            userId: row.userId,
          })),
        );
        if (runs.length * 2 < deletions.length) {
          await tx.documentDeletion.deleteMany({ where: { id: { in: deletions.map((row) => row.id) } } });
          await tx.documentDeletion.createMany({
            data: runs.map(({ client, clock, length, userId }) => ({ documentId, clientId: client, clock, length, userId })),
          });
        }
        return merged.byteLength;
      },
      { timeout: 60_000, maxWait: 10_000 },
    );
  }
}

/** Nothing may wait in a document for text that is not there: it would be applied later, unseen by any check. */
export function assertWhole(doc: Y.Doc, documentId: string): void {
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null)
    throw new Error(`document ${documentId} has updates that do not fit together`);
}

/** Prisma wants bytes over an ArrayBuffer of their own. */
const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
