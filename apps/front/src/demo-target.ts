import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";

const SEED = fileURLToPath(new URL("../demo/payments-db.sql", import.meta.url));
const DATABASE = "payments";
const SCHEMAS = ["payments", "ledger", "public"];

/** The secret of the connection `payments-db`: URLs of the two roles, each with the least it needs. */
export interface DemoCredentials {
  read: string;
  write: string;
}

/**
 * Brings the demo target into being: database, roles, rows. Idempotent: what exists stays as it is, so the demo's changes survive a restart.
 * Writes `<home>/demo-target.json` (0600) with the roles' URLs, whose port is new at every start.
 */
export async function seedDemoTarget(adminUrl: string, home: string, log: (line: string) => void): Promise<DemoCredentials> {
  const file = join(home, "demo-target.json");
  const passwords = await knownPasswords(file);
  await as(adminUrl, async (admin) => {
    const { rowCount } = await admin.query("SELECT FROM pg_database WHERE datname = $1", [DATABASE]);
    if (!rowCount) await admin.query(`CREATE DATABASE ${DATABASE}`);
    for (const role of ["payments_owner", "interlock_read", "interlock_write"]) {
      const found = await admin.query("SELECT FROM pg_roles WHERE rolname = $1", [role]);
      if (!found.rowCount) await admin.query(`CREATE ROLE ${role} NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT`);
    }
    for (const [role, password] of [
      ["interlock_read", passwords.read],
      ["interlock_write", passwords.write],
    ] as const)
      await admin.query(`ALTER ROLE ${role} LOGIN PASSWORD ${admin.escapeLiteral(password)}`);
  });
  await as(urlOf(adminUrl, { database: DATABASE }), async (admin) => {
    const { rowCount } = await admin.query("SELECT FROM pg_namespace WHERE nspname = 'payments'");
    if (!rowCount) await seed(admin, log);
  });
  const credentials = {
    read: urlOf(adminUrl, { database: DATABASE, user: "interlock_read", password: passwords.read }),
    write: urlOf(adminUrl, { database: DATABASE, user: "interlock_write", password: passwords.write }),
  };
  // Written beside and renamed: a reader never sees half of it.
  await writeFile(`${file}.new`, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return credentials;
}

async function seed(admin: Client, log: (line: string) => void): Promise<void> {
  const started = performance.now();
  await admin.query("BEGIN");
  await admin.query("SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL synchronous_commit = off; SET LOCAL TimeZone = 'UTC'");
  await admin.query(`GRANT CREATE, TEMPORARY ON DATABASE ${DATABASE} TO payments_owner; GRANT CREATE ON SCHEMA public TO payments_owner`);
  await admin.query("SET LOCAL ROLE payments_owner");
  await admin.query(await readFile(SEED, "utf8"));
  await admin.query("RESET ROLE");
  await admin.query(grants());
  await admin.query("COMMIT");
  // Outside the transaction: VACUUM also marks pages all-visible, which index-only scans and exact counts live on.
  await admin.query("VACUUM ANALYZE");
  log(`demo target seeded in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** Reading for one, reading and writing rows for the other; neither owns anything, so neither can change what things are. */
function grants(): string {
  const schemas = SCHEMAS.join(", ");
  return `
    REVOKE ALL ON DATABASE ${DATABASE} FROM PUBLIC;
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    GRANT CONNECT ON DATABASE ${DATABASE} TO interlock_read, interlock_write;
    GRANT USAGE ON SCHEMA ${schemas} TO interlock_read, interlock_write;
    GRANT SELECT ON ALL TABLES IN SCHEMA ${schemas} TO interlock_read, interlock_write;
    GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schemas} TO interlock_write;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${schemas} TO interlock_write;
    ALTER ROLE interlock_read SET default_transaction_read_only = on;`;
}

async function knownPasswords(file: string): Promise<{ read: string; write: string }> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return { read: randomBytes(18).toString("hex"), write: randomBytes(18).toString("hex") };
  const { read, write } = JSON.parse(text) as DemoCredentials;
  return { read: decodeURIComponent(new URL(read).password), write: decodeURIComponent(new URL(write).password) };
}

function urlOf(adminUrl: string, change: { database: string; user?: string; password?: string }): string {
  const url = new URL(adminUrl);
  url.pathname = `/${change.database}`;
  if (change.user !== undefined) url.username = change.user;
  if (change.password !== undefined) url.password = change.password;
  return url.href;
}

async function as(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url, application_name: "interlock:seed" });
  // The query under way says it, too.
  client.on("error", () => {});
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
