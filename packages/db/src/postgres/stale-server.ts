import { readFile, readlink, realpath, rm } from "node:fs/promises";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** Milliseconds a left-over server gets for its checkpoint before it is told to stop at once. */
const PATIENCE_MS = 10_000;

/**
 * Stops a server that still runs on `dataDir`, left by a process that was killed, so that the next one can start. A lock file that names some
 * other program (process ids are reused after a reboot) is removed; PostgreSQL itself clears one whose process is gone.
 */
export async function stopStaleServer(dataDir: string, log: (line: string) => void): Promise<void> {
  const lock = join(dataDir, "postmaster.pid");
  const text = await readFile(lock, "utf8").catch(() => undefined);
  const pid = Number(text?.split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return;
  if (!(await serves(pid, dataDir))) {
    await rm(lock, { force: true });
    return;
  }
  log(`stopping the server left on ${dataDir} (process ${pid})`);
  process.kill(pid, "SIGINT");
  if (await gone(pid, PATIENCE_MS)) return;
  process.kill(pid, "SIGQUIT");
  if (!(await gone(pid, PATIENCE_MS))) throw new Error(`The server on ${dataDir} (process ${pid}) does not stop.`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Ended, but its parent has not asked; in a container without a real init that may stay so for ever. */
function isZombie(pid: number): boolean {
  if (process.platform !== "linux") return false;
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return true;
  }
}

/** Whether `pid` is a server of this very folder: a server's working directory is its data folder. */
async function serves(pid: number, dataDir: string): Promise<boolean> {
  if (process.platform === "linux") {
    const [cwd, data] = await Promise.all([readlink(`/proc/${pid}/cwd`).catch(() => ""), realpath(dataDir)]);
    return cwd === data;
  }
  const { stdout } = await promisify(execFile)("ps", ["-o", "command=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
  return stdout.includes(dataDir);
}

async function gone(pid: number, withinMs: number): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; await sleep(20)) if (!isAlive(pid)) return true;
  return false;
}
