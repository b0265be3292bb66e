import { createHash } from "node:crypto";
import type { UndoImage } from "@interlock/connector";
import { openSecret, sealSecret, type Db } from "@interlock/db";

const DAY_MS = 24 * 60 * 60 * 1000;

export interface UndoParts {
  db: Db;
  /** 32 bytes. */
  key: Uint8Array;
  /** How long images are kept. */
  days: number;
}

/** What runs changed, encrypted, so that it can be put back. The rows are people's data: they leave the agent for their target only. */
export class UndoStore {
  readonly #parts: UndoParts;

  constructor(parts: UndoParts) {
    this.#parts = parts;
  }

  /** Durable when it resolves; called before the run commits, or before its first write and again after its last. */
  async keep(commandId: string, image: UndoImage): Promise<void> {
    const { db, key, days } = this.#parts;
    const sealed = sealSecret(key, owner(commandId), image);
    const objects = "objects" in image;
    const rows = objects ? image.objects : image.tables.reduce((sum, table) => sum + table.rows.length, 0);
    if (rows === 0) return;
    const expiresAt = new Date(Date.now() + days * DAY_MS);
    const data = { image: sealed, digest: digestOf(sealed), rows, expiresAt, partly: objects };
    // Rows are kept once, within their transaction: a second image would be of another run.
    if (!objects) await db.undo.create({ data: { commandId, ...data } });
    else await db.undo.upsert({ where: { commandId }, create: { commandId, ...data }, update: data });
  }

  /** Undefined when nothing is kept. Throws when it was changed or the key is another. */
  async open(commandId: string): Promise<{ image: UndoImage; digest: string } | undefined> {
    const row = await this.#parts.db.undo.findUnique({ where: { commandId } });
    if (row?.image == null || row.expiresAt.getTime() <= Date.now()) return undefined;
    const digest = digestOf(row.image);
    if (digest !== row.digest) throw new Error(`The undo of command ${commandId} is not what was kept`);
    return { image: openSecret(this.#parts.key, owner(commandId), row.image) as UndoImage, digest };
  }

  /** A run that did not end in a commit has nothing to put back; nor has one without transactions of which nothing was done. */
  async drop(commandId: string, done: boolean): Promise<void> {
    await this.#parts.db.undo.deleteMany({ where: { commandId, ...(done ? { partly: false } : {}) } });
  }
}

const owner = (commandId: string): string => `undo ${commandId}`;
const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
