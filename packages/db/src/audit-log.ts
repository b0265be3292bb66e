import { canonicalJson, eventHash } from "@interlock/audit";
import type { AuditEvent, AuditType } from "@interlock/protocol";
import type { Db, Tx } from "./client.ts";
import type { AuditEvent as AuditEventRow } from "./generated/client.ts";

export type { AuditEventRow };

export interface NewAuditEvent {
  type: AuditType;
  /** Principal name, or `system`. */
  actor: string;
  roomId?: string | undefined;
  commandId?: string | undefined;
  /** Facts, never secrets or row values. */
  data: AuditEvent["data"];
}

/**
 * Appends one link to the chain. Must be called inside an interactive transaction: the head stays locked until that commits, so what the
 * transaction does and its event become durable together or not at all (I1).
 */
export async function appendAudit(tx: Tx, event: NewAuditEvent): Promise<AuditEvent> {
  const [appended] = await appendAudits(tx, [event]);
  return appended!;
}

/** The same for several, in their order: the head is taken and moved once for all of them. */
export async function appendAudits(tx: Tx, events: readonly NewAuditEvent[]): Promise<AuditEvent[]> {
  const [head] = await tx.$queryRaw<{ seq: bigint; hash: string }[]>`SELECT "seq", "hash" FROM "AuditHead" WHERE "id" = 1 FOR UPDATE`;
  if (!head) throw new Error("the head of the audit chain is missing; nothing may run");
  const at = new Date().toISOString();
  let [seq, prev] = [Number(head.seq), head.hash];
  const links = events.map(({ type, actor, roomId = null, commandId = null, data }): AuditEvent => {
    const link = { seq: ++seq, at, type, actor, roomId, commandId, data, prev };
    prev = eventHash(link);
    return { ...link, hash: prev };
  });
  if (links.length === 0) return links;
  await tx.auditEvent.createMany({ data: links.map((link) => ({ ...link, seq: BigInt(link.seq), data: canonicalJson(link.data) })) });
  // A head that did not move under our lock means that this was not a transaction.
  const moved = await tx.auditHead.updateMany({ where: { id: 1, seq: head.seq, hash: head.hash }, data: { seq: BigInt(seq), hash: prev } });
  if (moved.count !== 1) throw new Error("the audit chain moved while it was appended to; appendAudit needs an interactive transaction");
  return links;
}

/** Events after `after`, oldest first, at most `limit`, as stored: `data` is the canonical text the hash is over. */
export function readAudit(db: Db | Tx, range: { after: number; limit: number }): Promise<AuditEventRow[]> {
  return db.auditEvent.findMany({ where: { seq: { gt: BigInt(range.after) } }, orderBy: { seq: "asc" }, take: range.limit });
}

/** Every event after `after`, oldest first, holding one page in memory. */
export async function* auditRows(db: Db | Tx, after = 0, page = 1_000): AsyncGenerator<AuditEventRow> {
  for (let last = after; ;) {
    const rows = await readAudit(db, { after: last, limit: page });
    yield* rows;
    const newest = rows.at(-1);
    if (!newest) return;
    last = Number(newest.seq);
  }
}

/** The newest link; null when its row is gone, which verification reports. */
export async function auditHead(db: Db | Tx): Promise<{ seq: number; hash: string } | null> {
  const head = await db.auditHead.findUnique({ where: { id: 1 } });
  return head && { seq: Number(head.seq), hash: head.hash };
}

/** A stored row as the protocol's event. Throws when its data is not JSON. */
export function auditEventOf(row: AuditEventRow): AuditEvent {
  const { type, actor, roomId, commandId, prev, hash } = row;
  const data = JSON.parse(row.data) as AuditEvent["data"];
  return { seq: Number(row.seq), at: row.at.toISOString(), type, actor, roomId, commandId, data, prev, hash };
}
