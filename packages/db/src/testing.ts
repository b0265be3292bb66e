/** Real servers for tests. Everything they make is gone after `stop()` or `dispose()`. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { createDb, type Db } from "./client.ts";
import { migrate } from "./migrate.ts";
import { giveTo, serverAccount } from "./postgres/account.ts";
import { copyModel, MODELS } from "./postgres/model-data.ts";
import { INSTALLED_MAJOR, releaseBinaries } from "./postgres/release.ts";
import { startPostgres, type PostgresOptions } from "./postgres/start-postgres.ts";

export interface TestPostgres {
  /** A fresh, empty database, as its owner (the superuser). */
  url: string;
  /** The database `postgres`, as the superuser. */
  adminUrl: string;
  /** Makes another empty database; resolves with its URL. */
  createDatabase(name: string): Promise<string>;
  /** Major version, e.g. 18. */
  version: number;
  /** Starts it again on the same data as the standby of a primary that is gone; its URLs are others then. */
  restartAsStandby(): Promise<Pick<TestPostgres, "url" | "adminUrl">>;
  stop(): Promise<void>;
}

/** What a test that names no version gets: the installed PostgreSQL, or the major version in INTERLOCK_TEST_POSTGRES. */
function usualVersion(): number {
  const wanted = process.env["INTERLOCK_TEST_POSTGRES"];
  return wanted ? Number(wanted) : INSTALLED_MAJOR;
}

/** For data that nobody will miss. The log's size is PostgreSQL's usual one, which goes with larger segments. */
const UNSAFE = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", shared_buffers: "64MB", max_wal_size: "1GB" };

/**
 * Starts a server in a temporary folder, with durability off. `version` is its major version, 13 to 18; one that is not installed is fetched
 * first, and where that is impossible it rejects: a test that silently did not run would pass for one that passed.
 */
export async function startTestPostgres(
  settings: Record<string, string> = {},
  { version = usualVersion() }: { version?: number } = {},
): Promise<TestPostgres> {
  const binaries = await releaseBinaries(version);
  const folder = await mkdtemp(join(tmpdir(), "interlock-pg-"));
  const dataDir = join(folder, "data");
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    await giveTo(await serverAccount(dataDir), folder);
    const options: PostgresOptions = {
      dataDir,
      binaries,
      superuserPassword: randomBytes(12).toString("hex"),
      settings: { ...UNSAFE, ...settings },
      log: () => {},
    };
    const models = process.env[MODELS];
    if (models !== undefined) await copyModel({ models, version, binaries, settings: UNSAFE }, dataDir, options.superuserPassword);
    let server = await startPostgres(options);
    const urlOf = (name: string): string => {
      const url = new URL(server.url);
      url.pathname = `/${encodeURIComponent(name)}`;
      return url.href;
    };
    const createDatabase = async (name: string): Promise<string> => {
      const client = new Client({ connectionString: server.url });
      await client.connect();
      try {
        await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
      } finally {
        await client.end();
      }
      return urlOf(name);
    };
    return {
      url: models === undefined ? await createDatabase("test") : urlOf("test"),
      adminUrl: server.url,
      createDatabase,
      version,
      async restartAsStandby() {
        await server.stop();
        await writeFile(join(dataDir, "standby.signal"), "");
        await giveTo(await serverAccount(dataDir), join(dataDir, "standby.signal"));
        server = await startPostgres(options);
        return { url: urlOf("test"), adminUrl: server.url };
      },
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

/** For a run of tests: servers that are started from now on begin with copies of one. Resolves with what removes that again. */
export async function keepModels(): Promise<() => Promise<void>> {
  const models = await mkdtemp(join(tmpdir(), "interlock-pg-models-"));
  await giveTo(await serverAccount(join(models, "data")), models);
  process.env[MODELS] = models;
  return async () => {
    delete process.env[MODELS];
    await rm(models, { recursive: true, force: true, maxRetries: 5 });
  };
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
