import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";

const MIGRATIONS = fileURLToPath(new URL("../../../prisma/migrations", import.meta.url));
/** The advisory lock Prisma's own `migrate deploy` takes, so that the two never run at once. */
const LOCK = 72707369;

/** Prisma's own table, column for column, so that `prisma migrate deploy` and this runner are interchangeable. */
const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

interface Applied {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
}

/** Applies what is missing of `folder`, in order, each in one transaction. Returns the names it applied. Rejects naming the migration that failed. */
export async function migrate(url: string, folder: string = MIGRATIONS): Promise<string[]> {
  const client = new Client({ connectionString: url, application_name: "interlock:migrate" });
  // The query under way says it, too.
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    await client.query(BOOKKEEPING);
    const { rows } = await client.query<Applied>(
      `SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY started_at`,
    );
    const done = new Map(rows.map((row) => [row.migration_name, row]));
    const applied: string[] = [];
    for (const name of await migrationNames(folder)) {
      const sql = await readFile(join(folder, name, "migration.sql"), "utf8");
      const checksum = createHash("sha256").update(sql).digest("hex");
      const before = done.get(name);
      if (before) checkApplied(before, checksum);
      else {
        await apply(client, name, sql, checksum);
        applied.push(name);
      }
    }
    return applied;
  } finally {
    // Ends the session, and with it the lock.
    await client.end();
  }
}

function checkApplied(before: Applied, checksum: string): void {
  if (!before.finished_at)
    throw new Error(
      `Migration ${before.migration_name} was started and never finished. Mend the database, then run prisma migrate resolve.`,
    );
  if (before.checksum !== checksum)
    throw new Error(
      `Migration ${before.migration_name} was changed after it had been applied. Restore its file, or start over with --reset.`,
    );
}

async function apply(client: Client, name: string, sql: string, checksum: string): Promise<void> {
  try {
    await client.query("BEGIN");
    await client.query(sql);
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query("COMMIT");
  } catch (cause) {
    // Without a connection there is nothing left to roll back.
    await client.query("ROLLBACK").catch(() => {});
    throw new Error(`Migration ${name} failed and was rolled back: ${(cause as Error).message}`, { cause });
  }
}

async function migrationNames(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of (await readdir(folder)).sort()) if ((await stat(join(folder, name))).isDirectory()) names.push(name);
  return names;
}
