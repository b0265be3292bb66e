/** Data folders of servers that tests begin with copies of: `initdb` and a first database take most of a server's start. */
import { execFile, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { giveTo, launchAs, serverAccount } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { serverEnvironment, startPostgres } from "./start-postgres.ts";

/** Names the folder where the models of a run of tests are kept. Whoever sets it makes that folder and removes it; absent, there are none. */
export const MODELS = "INTERLOCK_TEST_POSTGRES_MODELS";

export interface ModelOptions {
  /** Where the models of this run are. */
  models: string;
  version: number;
  binaries: Binaries;
  settings: Record<string, string>;
}

/** Makes `dataDir` a copy of the model, with a database `test`, and gives the copy's superuser a password of its own. */
export async function copyModel(options: ModelOptions, dataDir: string, password: string): Promise<void> {
  // With its owners: PostgreSQL runs as somebody else where everything else runs as root.
  await promisify(execFile)("cp", ["-a", await modelOf(options), dataDir]);
  // Two servers that try for one port must not let each other's tests in.
  await runAlone(options.binaries, dataDir, `ALTER ROLE postgres PASSWORD '${password}'`);
}

/** Safe when several processes do it at once: each makes its own beside the place and moves it there whole. */
async function modelOf({ models, version, binaries, settings }: ModelOptions): Promise<string> {
  const place = join(models, String(version));
  if (await isFolder(place)) return place;
  const work = join(models, randomUUID());
  await mkdir(work, { mode: 0o700 });
  const dataDir = join(work, "data");
  await giveTo(await serverAccount(dataDir), work);
  try {
    const server = await startPostgres({ dataDir, binaries, settings, superuserPassword: randomBytes(12).toString("hex"), log: () => {} });
    try {
      const client = new Client({ connectionString: server.url });
      await client.connect();
      // Copied as files where it would be written to the log, too (15 and later): a model is as long as its copies take.
      const asFiles = version < 15 ? "" : " STRATEGY file_copy";
      await client.query(`CREATE DATABASE test${asFiles}`).finally(() => client.end());
    } finally {
      await server.stop();
    }
    await rename(dataDir, place);
  } catch (error) {
    // Somebody else was first.
    if (!(await isFolder(place))) throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return place;
}

/** Runs one statement on a server that listens nowhere, as `initdb` does: nobody can be asked for a password yet. */
async function runAlone({ postgres }: Binaries, dataDir: string, sql: string): Promise<void> {
  const args = ["--single", "-j", "-F", "-D", dataDir, "-c", "exit_on_error=on", "postgres"];
  const { command, args: all, ...ids } = await launchAs(await serverAccount(dataDir), postgres, args, [dataDir]);
  const alone = spawn(command, all, { ...ids, cwd: dirname(dataDir), env: serverEnvironment(), stdio: ["pipe", "ignore", "pipe"] });
  let said = "";
  alone.stderr.on("data", (chunk) => (said += String(chunk)));
  // What it did not read it says in its exit code.
  alone.stdin.on("error", () => {});
  alone.stdin.end(`${sql};\n\n`);
  const [code] = (await once(alone, "close")) as [number | null];
  if (code !== 0) throw new Error(`PostgreSQL did not change ${dataDir}: ${said.trim()}`);
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
