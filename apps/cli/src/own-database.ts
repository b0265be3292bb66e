import { setTimeout as sleep } from "node:timers/promises";
import { createDb, type Db } from "@interlock/db";
import { startEmbedded } from "./embedded.ts";
import { unreachable } from "./exit.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Hands Interlock's own database to `use`: the one of DATABASE_URL, else the embedded one, which is started for as long as this takes where
 * Interlock itself is not running. Stops with `unreachable` when there is none.
 */
export async function withDatabase<T>({ config, signal }: Terminal, use: (db: Db) => Promise<T>): Promise<T> {
  const embedded = config.databaseUrl === undefined ? await startEmbedded(config.home) : undefined;
  try {
    signal.throwIfAborted();
    const db = createDb(config.databaseUrl ?? embedded!.url, { max: 2 });
    try {
      await checkReachable(db);
      return await use(db);
    } finally {
      await db.$disconnect();
    }
  } finally {
    await embedded?.stop();
  }
}

/** How long the database may take to answer. */
const ANSWER_MS = 10_000;

async function checkReachable(db: Db): Promise<void> {
  const answered = new AbortController();
  try {
    const [found] = await Promise.race([
      db.$queryRaw<{ name: string | null }[]>`SELECT to_regclass('"AuditHead"')::text AS name`,
      // A host that swallows packets would keep a driver waiting for minutes.
      sleep(ANSWER_MS, undefined, { signal: answered.signal }).then(() =>
        Promise.reject(new Error(`no answer within ${ANSWER_MS / 1000} s`)),
      ),
    ]);
    if (found !== undefined && found.name !== null) return;
  } catch (error) {
    // Without the driver's own text: it may repeat the address it was given.
    throw unreachable("Interlock's database does not answer. Is DATABASE_URL right, and is the server up?", error);
  } finally {
    answered.abort();
  }
  throw unreachable("That database is not Interlock's: it has no audit log. Start Interlock once, or check DATABASE_URL.");
}
