import { readdir, readFile } from "node:fs/promises";

/**
 * The processes of a session, of which `leader` is the first. Linux tells them (proc(5), `stat`, field 6); elsewhere only the leader is known, as
 * long as it is `there`.
 */
export async function sessionOf(leader: number, there: boolean): Promise<number[]> {
  const entries = await readdir("/proc").catch(() => undefined);
  if (entries === undefined) return there ? [leader] : [];
  const pids = entries.filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await sessionOfProcess(pid)) === leader ? [pid] : [])));
  return found.flat();
}

/** A process that has ended meanwhile is in none. */
async function sessionOfProcess(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  // The second field is the program's name in parentheses, which may hold anything.
  const [state, , , session] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // A zombie runs no more; who started it has not asked yet how it ended.
  return session === undefined || state === "Z" ? undefined : Number(session);
}
