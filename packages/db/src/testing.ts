/** Real servers for tests. Everything they make is gone after `stop()` or `dispose()`. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { createDb, type Db } from "./client.ts";
import { migrate } from "./migrate.ts";
import { giveTo, serverAccount } from "./postgres/account.ts";
import { startPostgres } from "./postgres/start-postgres.ts";

export interface TestPostgres {
  /** A fresh, empty database, as its owner (the superuser). */
  url: string;
  /** The database `postgres`, as the superuser. */
  adminUrl: string;
  /** Makes another empty database; resolves with its URL. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server in a temporary folder, with durability off. */
export async function startTestPostgres(settings: Record<string, string> = {}): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), "interlock-pg-"));
  const dataDir = join(folder, "data");
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    await giveTo(await serverAccount(dataDir), folder);
    const server = await startPostgres({
      dataDir,
      superuserPassword: randomBytes(12).toString("hex"),
      settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", shared_buffers: "64MB", ...settings },
      log: () => {},
    });
    const createDatabase = async (name: string): Promise<string> => {
      const client = new Client({ connectionString: server.url });
      await client.connect();
      try {
        await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
      } finally {
        await client.end();
      }
      const url = new URL(server.url);
      url.pathname = `/${encodeURIComponent(name)}`;
      return url.href;
    };
    return {
      url: await createDatabase("test"),
      adminUrl: server.url,
      createDatabase,
      async stop() {
        // Not "immediate": that leaves its shared memory behind, for a next start that will never come.
        await server.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

export interface MigratedDatabase {
  db: Db;
  url: string;
  dispose(): Promise<void>;
}

/** A fresh server with a database that has all migrations. */
export async function migratedDatabase(): Promise<MigratedDatabase> {
  const server = await startTestPostgres();
  try {
    await migrate(server.url);
    const db = createDb(server.url);
    return {
      db,
      url: server.url,
      async dispose() {
        await db.$disconnect();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
