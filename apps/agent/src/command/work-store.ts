import { openSecret, sealSecret, type Db, type Tx } from "@interlock/db";

export interface WorkParts {
  db: Db;
  /** 32 bytes. */
  key: Uint8Array;
}

/**
 * What commands will send, made when they were proposed, encrypted: it may hold values that nobody is shown. It leaves the agent for its
 * target only. That it is what was agreed to is for the digest to say, which covers its hash.
 */
export class WorkStore {
  readonly #parts: WorkParts;

  constructor(parts: WorkParts) {
    this.#parts = parts;
  }

  /** Durable with the transaction that records the command. */
  async keep(tx: Tx, commandId: string, work: Uint8Array): Promise<void> {
    const sealed = sealSecret(this.#parts.key, owner(commandId), Buffer.from(work).toString("base64"));
    await tx.work.create({ data: { commandId, sealed } });
  }

  /** Undefined when there is none. Throws when it was changed or the key is another. */
  async open(commandId: string): Promise<Uint8Array | undefined> {
    const row = await this.#parts.db.work.findUnique({ where: { commandId } });
    if (row === null) return undefined;
    return Buffer.from(openSecret(this.#parts.key, owner(commandId), row.sealed) as string, "base64");
  }
}

const owner = (commandId: string): string => `work ${commandId}`;
