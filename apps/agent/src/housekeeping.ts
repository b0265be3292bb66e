import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { appendAudit, type Db } from "@interlock/db";
import type { Log } from "./log.ts";
import { isId } from "./room/membership.ts";
import type { Timeline } from "./timeline.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a request may be sent again and be answered the same. */
const KEY_DAYS = 7;
/** How long what an imported audit log told is kept after its end; ninety days of it count. */
const USAGE_DAYS = 180;
/** Executions looked up at once. */
const PAGE = 200;

export interface HousekeepingParts {
  db: Db;
  timeline: Timeline;
  /** Folder of all results; one folder for each execution. */
  results: string;
  /** How long results are kept, in days. What is said of them in commands and in the log stays. */
  resultDays: number;
  log: Log;
}

/** Removes what nobody can use any more: now, and once a day until `signal` aborts. A failure is logged and tried again the next day. */
export function keepHouse(parts: HousekeepingParts, signal: AbortSignal): void {
  const tidy = (): void => {
    tidyUp(parts).catch((error: unknown) => parts.log.error({ err: error }, "old data could not be removed"));
  };
  tidy();
  const timer = setInterval(tidy, DAY_MS).unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

/** Expired tickets, old idempotency keys, results and images past their retention. Each removed result is an audit event: nothing vanishes unseen (I12). */
export async function tidyUp(parts: HousekeepingParts, now: Date = new Date()): Promise<void> {
  const { db } = parts;
  await db.ticket.deleteMany({ where: { expiresAt: { lt: now } } });
  await db.idempotencyKey.deleteMany({ where: { createdAt: { lt: new Date(now.getTime() - KEY_DAYS * DAY_MS) } } });
  // What is over sends nothing any more.
  await db.work.deleteMany({ where: { command: { state: { notIn: ["awaiting_review", "approved", "running"] } } } });
  await removeImages(parts, now);
  await removeUsage(parts, new Date(now.getTime() - USAGE_DAYS * DAY_MS));
  await removeResults(parts, new Date(now.getTime() - parts.resultDays * DAY_MS));
}

/** Images of rows past their time; that there was one stays known. */
async function removeImages({ db, timeline, log }: HousekeepingParts, now: Date): Promise<void> {
  const old = await db.undo.findMany({
    where: { expiresAt: { lt: now }, NOT: { image: null } },
    select: { commandId: true, rows: true, partly: true, command: { select: { roomId: true, title: true } } },
  });
  for (const { commandId, rows, partly, command } of old) {
    const fact = {
      type: "undo.removed",
      actor: "system",
      roomId: command.roomId,
      commandId,
      data: { title: command.title, rows, ...(partly ? { unit: "objects" } : {}) },
    } as const;
    const event = await db.$transaction(async (tx) => {
      await tx.undo.update({ where: { commandId }, data: { image: null } });
      return appendAudit(tx, fact);
    });
    await timeline.publish(event);
  }
  if (old.length > 0) log.info({ images: old.length }, "images past their retention were removed");
}

/** What was told of a time that nobody asks about any more. */
async function removeUsage({ db, timeline, log }: HousekeepingParts, before: Date): Promise<void> {
  const old = await db.usageImport.findMany({
    where: { toAt: { lt: before } },
    select: { id: true, name: true, sha256: true, connection: { select: { name: true } } },
  });
  for (const { id, name, sha256, connection } of old) {
    const fact = { type: "usage.removed", actor: "system", data: { connection: connection.name, name, sha256, days: USAGE_DAYS } } as const;
    const event = await db.$transaction(async (tx) => {
      await tx.usageImport.delete({ where: { id } });
      return appendAudit(tx, fact);
    });
    await timeline.publish(event);
  }
  if (old.length > 0) log.info({ logs: old.length }, "what audit logs told was removed past its retention");
}

async function removeResults({ db, timeline, results, resultDays, log }: HousekeepingParts, before: Date): Promise<void> {
  const names = await readdir(results).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  });
  // Folders are the record of what is still there; whatever else somebody put beside them is not ours to remove.
  const ids = names.filter(isId);
  for (let from = 0; from < ids.length; from += PAGE) {
    const old = await db.execution.findMany({
      where: { id: { in: ids.slice(from, from + PAGE) }, endedAt: { lt: before } },
      select: { id: true, command: { select: { id: true, roomId: true, title: true } } },
    });
    for (const { id, command } of old) {
      const data = { title: command.title, executionId: id, days: resultDays };
      const fact = { type: "result.removed", actor: "system", roomId: command.roomId, commandId: command.id, data } as const;
      // Written first: a log that says so of a folder that is still there is put right by the next try; the opposite would be a silent loss.
      await timeline.publish(await db.$transaction((tx) => appendAudit(tx, fact)));
      await rm(join(results, id), { recursive: true, force: true });
    }
    if (old.length > 0) log.info({ results: old.length }, "results past their retention were removed");
  }
}
