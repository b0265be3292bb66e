import { appendAudit, type Tx } from "@interlock/db";
import type { AuditEvent } from "@interlock/protocol";
import { CHAIN_START } from "@interlock/recording";
import type { ChunkObjects } from "./chunk-objects.ts";
import { termsOfConnection, type RecordingParts } from "./recording-service.ts";

const HOUR_MS = 3_600_000;
/** Recordings looked up at once. */
const PAGE = 100;

/** Removes recordings past the time that policy gives them: now, and once an hour until `signal` aborts. A failure is logged and tried again. */
export function keepRecordings(parts: RecordingParts, signal: AbortSignal, now: () => Date = () => new Date()): void {
  let running = false;
  const tidy = async (): Promise<void> => {
    if (running) return;
    running = true;
    await removeOldRecordings(parts, now()).catch((error: unknown) =>
      parts.log.error({ err: error }, "old recordings could not be removed"),
    );
    running = false;
  };
  void tidy();
  const timer = setInterval(() => void tidy(), HOUR_MS).unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

/**
 * Each removal is one transaction with its audit event, which has the rule and the hash of what was removed, so that the log still answers for it.
 * What lies in object storage goes afterwards: a removal that was cut short there is brought to its end the next time.
 */
export async function removeOldRecordings(parts: RecordingParts, now: Date): Promise<number> {
  await removeLeftObjects(parts);
  const { db, policy } = parts;
  let removed = 0;
  const connections = await db.connection.findMany({ select: { id: true, name: true, connector: true, environment: true, labels: true } });
  for (const connection of connections) {
    const { keep } = termsOfConnection(policy, connection);
    if (keep === undefined) continue;
    const before = new Date(now.getTime() - keep.ms);
    for (;;) {
      const old = await db.terminal.findMany({
        where: { connectionId: connection.id, phase: "ended", endedAt: { lt: before }, removal: null, hold: null },
        select: { id: true },
        orderBy: { endedAt: "asc" },
        take: PAGE,
      });
      for (const { id } of old) if (await removeOne(parts, id, keep.rule, now)) removed++;
      if (old.length < PAGE) break;
    }
  }
  if (removed > 0) parts.log.info({ recordings: removed }, "recordings past their retention were removed");
  return removed;
}

/** False where it is held or gone by now. */
async function removeOne(parts: RecordingParts, id: string, rule: string, now: Date): Promise<boolean> {
  const { db, timeline, policy } = parts;
  const event = await db.$transaction((tx) => removal(tx, id, rule, policy.current.version, now));
  if (event === undefined) return false;
  await timeline.publish(event);
  await removeObjectsOf(parts, id);
  return true;
}

async function removal(tx: Tx, id: string, rule: string, policyVersion: string, now: Date): Promise<AuditEvent | undefined> {
  // Who holds it takes the same lock.
  await tx.$queryRaw`SELECT 1 FROM "Terminal" WHERE "id" = ${id}::uuid FOR UPDATE`;
  const row = await tx.terminal.findUniqueOrThrow({ where: { id }, include: { hold: true, removal: true } });
  if (row.hold !== null || row.removal !== null) return undefined;
  const { _count: chunks, _sum: sum } = await tx.recordingChunk.aggregate({
    where: { terminalId: id },
    _count: true,
    _sum: { bytes: true },
  });
  const last = await tx.recordingChunk.findFirst({ where: { terminalId: id }, orderBy: { number: "desc" }, select: { chain: true } });
  const bytes = sum.bytes ?? 0;
  const hash = last?.chain ?? CHAIN_START;
  await tx.recordingRemoval.create({ data: { terminalId: id, rule, policyVersion, chunks, bytes, hash, at: now } });
  await tx.recordingChunk.deleteMany({ where: { terminalId: id, object: null } });
  await tx.recordingTail.deleteMany({ where: { terminalId: id } });
  const endedAt = row.endedAt?.toISOString() ?? null;
  const data = { terminalId: id, name: row.name, rule, policyVersion, chunks, bytes, hash, endedAt };
  return appendAudit(tx, { type: "recording.removed", actor: "system", roomId: row.roomId, data });
}

async function removeLeftObjects(parts: RecordingParts): Promise<void> {
  const left = await parts.db.recordingChunk.findMany({
    where: { terminal: { NOT: { removal: null } } },
    distinct: ["terminalId"],
    select: { terminalId: true },
  });
  for (const { terminalId } of left) await removeObjectsOf(parts, terminalId);
}

/** Storages of which it was said that they do not let us look. */
const unseen = new WeakSet<ChunkObjects>();

/**
 * Rows go after the objects they name, and stay where those could not be removed. What else is in the recording's folder goes as well: pieces
 * whose row could not be written. Where there is no row at all it is looked there once.
 */
async function removeObjectsOf({ db, objects, log }: RecordingParts, terminalId: string): Promise<void> {
  const rows = await db.recordingChunk.findMany({ where: { terminalId }, select: { object: true } });
  if (objects === undefined) {
    if (rows.length > 0)
      log.error({ terminalId }, "pieces of a removed recording are in an object storage that is not configured any more");
    return;
  }
  try {
    for (const { object } of rows) if (object !== null) await objects.remove(object);
    const left = await objects.list(terminalId);
    for (const object of left ?? []) await objects.remove(object);
    if (left === undefined && !unseen.has(objects)) {
      unseen.add(objects);
      log.warn("the object storage does not let us look for pieces of removed recordings that have no row; they stay there");
    }
    await db.recordingChunk.deleteMany({ where: { terminalId } });
  } catch (error) {
    log.error({ err: error, terminalId }, "pieces of a removed recording are still in the object storage");
  }
}
