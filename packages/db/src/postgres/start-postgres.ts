import { execFile, spawn, type ChildProcess } from "node:child_process";
import { chmod, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client } from "pg";
import { giveTo, launchAs, serverAccount } from "./account.ts";
import { installedBinaries, type Binaries } from "./binaries.ts";
import { freePort } from "./free-port.ts";
import { stopStaleServer } from "./stale-server.ts";

export { stopStaleServer };

export interface PostgresOptions {
  /** Made and initialised when it does not exist. */
  dataDir: string;
  /** A free one is chosen when absent. */
  port?: number;
  /** Of the role `postgres`. Set when the folder is initialised; must be the same ever after. */
  superuserPassword: string;
  /** Programs of another PostgreSQL than the installed one. */
  binaries?: Binaries;
  /** Server settings on top of ours, e.g. `{ fsync: "off" }` for data nobody will miss. */
  settings?: Record<string, string>;
  /** Receives the server's log, line by line. */
  log: (line: string) => void;
}

export interface PostgresServer {
  /** As the superuser, database `postgres`. */
  url: string;
  port: number;
  /** Process id of the server. */
  pid: number;
  /** Resolves when it ends, whoever ended it. */
  exited: Promise<void>;
  /** `fast` (the default) ends sessions and writes a checkpoint; `immediate` is what a crash looks like. May be called
   * again to hurry. Resolves when it has ended. */
  stop(mode?: "fast" | "immediate"): Promise<void>;
}

/** Loopback only and no Unix socket: nothing of ours lies in the temporary folder. */
const SETTINGS: Record<string, string> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  timezone: "UTC",
  log_timezone: "UTC",
  lc_messages: "C",
};

const READY_MS = 60_000;
const PORT_ATTEMPTS = 3;

/** Starts a PostgreSQL server from the npm package's binaries and resolves when it answers queries. Rejects with its last log lines. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const dataDir = resolve(options.dataDir);
  await mkdir(dirname(dataDir), { recursive: true });
  const binaries = options.binaries ?? (await installedBinaries());
  if (!(await isInitialised(dataDir)))
    await initialise(binaries, dataDir, options.superuserPassword, options.settings?.["fsync"] !== "off");
  await stopStaleServer(dataDir, options.log);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    try {
      return await launch(binaries, dataDir, port, options);
    } catch (error) {
      // Somebody else may have taken the port between our choice and the server's bind.
      if (options.port !== undefined || attempt === PORT_ATTEMPTS || !/Address already in use/.test(String(error))) throw error;
    }
  }
}

const isInitialised = (dataDir: string): Promise<boolean> =>
  stat(join(dataDir, "PG_VERSION")).then(
    (file) => file.isFile(),
    () => false,
  );

/** Initialises beside the folder and renames, so that a half-made folder never looks like a finished one. */
async function initialise({ initdb }: Binaries, dataDir: string, password: string, durable: boolean): Promise<void> {
  const account = await serverAccount(dataDir);
  const fresh = `${dataDir}.new`;
  const passwordFile = `${dataDir}.password`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await giveTo(account, fresh);
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    await giveTo(account, passwordFile);
    const args = [
      "-D",
      fresh,
      "-U",
      "postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      // Data that may be lost needs no log in segments of 16 MiB, the first of which is written out whole.
      ...(durable ? [] : ["--no-sync", "--wal-segsize=1"]),
    ];
    const { command, args: all, ...ids } = await launchAs(account, initdb, args, [fresh]);
    await promisify(execFile)(command, all, { ...ids, cwd: dirname(dataDir), env: serverEnvironment() });
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    const said = (error as { stderr?: string }).stderr?.trim();
    throw new Error(`PostgreSQL could not initialise ${dataDir}: ${said || String(error)}`, { cause: error });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await chmod(fresh, 0o700);
  await rename(fresh, dataDir);
}

async function launch({ postgres }: Binaries, dataDir: string, port: number, options: PostgresOptions): Promise<PostgresServer> {
  const settings = { ...SETTINGS, ...options.settings, port: String(port) };
  const args = ["-D", dataDir, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  const how = await launchAs(await serverAccount(dataDir), postgres, args, [dataDir]);
  const keeper = spawn(process.execPath, [fileURLToPath(new URL("./keeper.ts", import.meta.url)), JSON.stringify(how)], {
    // In a process group of its own: Ctrl-C in a terminal must reach us first and the database last.
    detached: true,
    cwd: dirname(dataDir),
    env: serverEnvironment(),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const recent: string[] = [];
  createInterface({ input: keeper.stderr }).on("line", (line) => {
    recent.push(line);
    if (recent.length > 20) recent.shift();
    options.log(line);
  });
  // Its end is reported by `exited`; a write to a keeper that has just ended is no fault of its own.
  keeper.stdin.on("error", () => {});
  const exited = new Promise<void>((done) => keeper.once("close", () => done()));
  const stop = async (mode: "fast" | "immediate" = "fast"): Promise<void> => {
    keeper.stdin.write(`${mode}\n`);
    await exited;
  };
  const url = `postgres://postgres:${encodeURIComponent(options.superuserPassword)}@127.0.0.1:${port}/postgres`;
  try {
    const pid = await firstNumber(keeper);
    await answers(url, exited);
    return { url, port, pid, exited, stop };
  } catch (error) {
    await stop("immediate");
    throw new Error(`PostgreSQL on ${dataDir} did not start: ${recent.slice(-8).join("\n") || String(error)}`, { cause: error });
  }
}

function firstNumber(keeper: ChildProcess): Promise<number> {
  return new Promise((found, failed) => {
    if (keeper.stdout) createInterface({ input: keeper.stdout }).once("line", (line) => found(Number(line)));
    keeper.once("error", failed);
    keeper.once("close", () => failed(new Error("the server ended at once")));
  });
}

async function answers(url: string, exited: Promise<void>): Promise<void> {
  let ended = false;
  void exited.then(() => (ended = true));
  for (const end = Date.now() + READY_MS; ; await sleep(15)) {
    if (ended) throw new Error("the server ended while it started");
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.query("SELECT 1");
      return;
    } catch (error) {
      const code = (error as { code?: string }).code;
      // 57P03: starting up or recovering. Everything else that is not "nobody listens yet" will not mend itself.
      if (code !== "ECONNREFUSED" && code !== "57P03" && code !== "ECONNRESET") throw error;
      if (Date.now() > end) throw new Error(`no answer within ${READY_MS / 1000} s`, { cause: error });
    } finally {
      await client.end().catch(() => {});
    }
  }
}

/** Nothing of ours but what a server needs: no secrets, no PG* variables that would bend it. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC", NODE_ENV: "production" };
}
