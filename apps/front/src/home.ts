import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { stopStaleServer } from "@interlock/db/postgres";

/** Milliseconds a start waits for another one on the same folder that is about to end. */
const PATIENCE_MS = 8_000;

/** Makes the state folder. Others may pass it (the database's account must reach its own folder in it) but not look around. */
export async function makeHome(home: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o711 });
  for (const name of ["results", "logs"]) await mkdir(join(home, name), { recursive: true, mode: 0o700 });
}

/** Who holds the folder. `started` tells a process from a later one with the same id. */
interface Holder {
  pid: number;
  started: string;
}

export interface HomeLock {
  /** Says in `<home>/front.json` where this service and its data are, for programs on this machine that may read the folder. */
  publish(facts: { url: string; databaseUrl: string }): Promise<void>;
  release(): Promise<void>;
}

/** Takes the folder for this process; a second Interlock on it would stop the first one's databases. */
export async function lockHome(home: string, takeOver: boolean): Promise<HomeLock> {
  const file = join(home, "front.json");
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(100)) {
    const holder = await holderOf(file);
    if (!holder) break;
    if (takeOver) process.kill(holder.pid, "SIGTERM");
    if (Date.now() > end)
      throw new Error(`Another Interlock (process ${holder.pid}) runs on ${home}. Stop it first, or set INTERLOCK_HOME to another folder.`);
  }
  const own: Holder = { pid: process.pid, started: await startOf(process.pid) };
  const write = async (facts: object): Promise<void> => {
    await writeFile(`${file}.new`, `${JSON.stringify(facts)}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
  };
  await write(own);
  return { publish: (facts) => write({ ...own, ...facts }), release: () => rm(file, { force: true }) };
}

async function holderOf(file: string): Promise<Holder | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  if (text === "") return undefined;
  const holder = JSON.parse(text) as Holder;
  return holder.pid !== process.pid && holder.started === (await startOf(holder.pid)) ? holder : undefined;
}

/** When a process started, in the system's own words; empty when there is none. */
async function startOf(pid: number): Promise<string> {
  if (process.platform === "linux") {
    const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    // Fields after the parenthesised name, which may hold anything; start time is field 22 (proc_pid_stat(5)). A zombie has ended.
    const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  }
  const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
  return stdout.trim();
}

/** Names of ours; what writers put beside them while they work (`policy.yaml.last-good`, `secrets.json.new`) begins the same. */
const OURS = [
  "postgres",
  "demo-target",
  "secrets.json",
  "demo-target.json",
  "demo-cluster.kubeconfig",
  "policy.yaml",
  "results",
  "logs",
  "front.json",
];

/** Deletes all state. Refuses a folder that holds anything we did not put there: INTERLOCK_HOME may point anywhere. */
export async function resetHome(home: string, log: (line: string) => void): Promise<void> {
  const names = await readdir(home);
  const strange = names.filter((name) => !OURS.some((ours) => name === ours || name.startsWith(`${ours}.`)));
  if (strange.length > 0) throw new Error(`--reset refuses to empty ${home}: ${strange[0]} is not Interlock's.`);
  for (const name of ["postgres", "demo-target"]) {
    const dataDir = join(home, name);
    if (await stat(dataDir).catch(() => undefined)) await stopStaleServer(dataDir, log);
  }
  for (const name of names) if (name !== "front.json") await rm(join(home, name), { recursive: true, force: true });
  await chmod(home, 0o711);
}
