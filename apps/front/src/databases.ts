import { join } from "node:path";
import { createDb } from "@interlock/db";
import { migrate } from "@interlock/db/migrate";
import { startPostgres, type PostgresServer } from "@interlock/db/postgres";
import { Client } from "pg";
import type { Config } from "./config.ts";
import { seedDemoTarget } from "./demo-target.ts";
import type { Log } from "./log.ts";
import type { Secrets } from "./secrets.ts";

/** The servers that run in this service, each from the moment it started. */
export interface EmbeddedServers {
  own?: PostgresServer;
  demoTarget?: PostgresServer;
}

/** Starts the embedded server of our own data and resolves to the URL that our database will have on it. */
export async function startOwnServer(config: Config, secrets: Secrets, log: Log, servers: EmbeddedServers): Promise<string> {
  servers.own = await startPostgres({
    dataDir: join(config.home, "postgres"),
    superuserPassword: secrets.postgres,
    log: log.file("postgres"),
  });
  return `postgres://interlock:${encodeURIComponent(secrets.interlock)}@127.0.0.1:${servers.own.port}/interlock`;
}

/** Makes and migrates our own database at `url`, starts and seeds the demo target. Servers that started are in `servers` also when it rejects. */
export async function prepareDatabases(
  config: Config,
  secrets: Secrets,
  url: string | Promise<string>,
  log: Log,
  servers: EmbeddedServers,
  signal: AbortSignal,
): Promise<void> {
  // Both are waited for even if one fails: the caller must know every server that runs to stop it.
  const outcomes = await Promise.allSettled([
    prepareOwn(config, secrets, url, log, servers, signal),
    config.demo ? startDemoTarget(config, secrets, log, servers, signal) : Promise.resolve(),
  ]);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

async function prepareOwn(
  config: Config,
  secrets: Secrets,
  own: string | Promise<string>,
  log: Log,
  servers: EmbeddedServers,
  signal: AbortSignal,
): Promise<void> {
  const url = await own;
  signal.throwIfAborted();
  if (servers.own) await makeDatabase(servers.own, secrets.interlock);
  const applied = await migrate(url).catch((cause: Error) => {
    throw new Error(config.databaseUrl === undefined ? cause.message : `The database of DATABASE_URL: ${cause.message}`, { cause });
  });
  if (applied.length > 0) log.say(`applied ${applied.length} migration${applied.length === 1 ? "" : "s"}`);
  if (config.production) await refuseDemoAccounts(url);
}

/** A database and a role of its own: the service never works as the superuser. */
async function makeDatabase(server: PostgresServer, password: string): Promise<void> {
  const client = new Client({ connectionString: server.url });
  // The query under way says it, too.
  client.on("error", () => {});
  await client.connect();
  try {
    const role = await client.query("SELECT FROM pg_roles WHERE rolname = 'interlock'");
    if (!role.rowCount) await client.query("CREATE ROLE interlock LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE");
    await client.query(`ALTER ROLE interlock PASSWORD ${client.escapeLiteral(password)}`);
    const database = await client.query("SELECT FROM pg_database WHERE datname = 'interlock'");
    if (!database.rowCount) await client.query("CREATE DATABASE interlock OWNER interlock");
  } finally {
    await client.end();
  }
}

async function refuseDemoAccounts(url: string): Promise<void> {
  const db = createDb(url, { max: 1 });
  try {
    const demo = await db.user.findFirst({ where: { demo: true, lockedAt: null } });
    if (demo)
      throw new Error(
        `NODE_ENV=production refuses demo accounts, and this database holds one (${demo.name}). Delete them or use another database.`,
      );
  } finally {
    await db.$disconnect();
  }
}

async function startDemoTarget(config: Config, secrets: Secrets, log: Log, servers: EmbeddedServers, signal: AbortSignal): Promise<void> {
  const server = await startPostgres({
    dataDir: join(config.home, "demo-target"),
    superuserPassword: secrets.demoTarget,
    // No replica will ever follow it, and without one a bulk load into new tables needs no log.
    settings: { wal_level: "minimal", max_wal_senders: "0", max_wal_size: "2GB" },
    log: log.file("demo-target"),
  });
  servers.demoTarget = server;
  signal.throwIfAborted();
  await seedDemoTarget(server.url, config.home, log.say);
}
