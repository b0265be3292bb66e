import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { startPostgres } from "@interlock/db/postgres";
import { unreachable } from "./exit.ts";

export interface Embedded {
  /** As the role that owns Interlock's own data. */
  url: string;
  /** Stops the server if we started it. */
  stop(): Promise<void>;
}

/** The embedded database under `home`: the running one, or one started now. Stops with `unreachable` when there is none, or it is changing hands. */
export async function startEmbedded(home: string): Promise<Embedded> {
  const dataDir = join(home, "postgres");
  const secrets = await readSecrets(home);
  const url = (port: number) => `postgres://interlock:${encodeURIComponent(secrets.interlock)}@127.0.0.1:${port}/interlock`;
  const running = await runningServer(dataDir);
  if (running?.ready) return { url: url(running.port), stop: async () => {} };
  // Starting a server here would stop the one of an Interlock that is just coming up.
  if (running !== undefined || (await isHeld(home)))
    throw unreachable(`Interlock is starting or stopping on ${home}. Try again in a moment.`);
  try {
    const server = await startPostgres({ dataDir, superuserPassword: secrets.postgres, log: () => {} });
    return { url: url(server.port), stop: () => server.stop() };
  } catch (error) {
    throw unreachable(error instanceof Error ? error.message : String(error), error);
  }
}

export interface Secrets {
  /** Seals stored credentials: 32 bytes, base64. */
  key: string;
  /** Superuser of the embedded server. */
  postgres: string;
  /** Role that owns Interlock's own database. */
  interlock: string;
}

/** What `npm start` generated and keeps. Stops with `unreachable` when it never ran here. */
export async function readSecrets(home: string): Promise<Secrets> {
  const file = join(home, "secrets.json");
  try {
    return JSON.parse(await readFile(file, "utf8")) as Secrets;
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === "ENOENT";
    const why = gone ? `There is no Interlock in ${home} yet` : `${file} cannot be read`;
    throw unreachable(`${why}. Run npm start first, or set DATABASE_URL or INTERLOCK_HOME.`, error);
  }
}

/** The server on a data folder by its lock file: line 1 is the process, 4 the port, 8 the state (PostgreSQL, "postmaster.pid"). */
async function runningServer(dataDir: string): Promise<{ port: number; ready: boolean } | undefined> {
  const lines = (await textOf(join(dataDir, "postmaster.pid"))).split("\n");
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1 || (await startOf(pid)) === "") return undefined;
  return { port: Number(lines[3]), ready: lines[7]?.trim() === "ready" };
}

/** Whether a living `npm start` holds the folder; `started` tells it from a later process with the same id. */
async function isHeld(home: string): Promise<boolean> {
  const text = await textOf(join(home, "front.json"));
  if (text === "") return false;
  const holder = JSON.parse(text) as { pid: number; started: string };
  return holder.started !== "" && holder.started === (await startOf(holder.pid));
}

/** When a process started, in the system's own words (field 22 of proc_pid_stat(5), or ps); empty when there is none. */
export async function startOf(pid: number): Promise<string> {
  if (process.platform === "linux") {
    const line = await textOf(`/proc/${pid}/stat`);
    const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  }
  const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
  return stdout.trim();
}

function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
