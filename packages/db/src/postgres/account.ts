import { chown, readFile, stat } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";

/** The operating-system account a server runs as. */
export interface Account {
  uid: number;
  gid: number;
}

/** How to start a program: what to spawn, with which ids. */
export interface Launch {
  command: string;
  args: string[];
  uid?: number;
  gid?: number;
}

/**
 * PostgreSQL refuses to run as root. Undefined: we are not root, run as ourselves. Otherwise the owner of an existing data folder, else the
 * account `postgres`, else `nobody`.
 */
export async function serverAccount(dataDir: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(dataDir).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const accounts = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const found = accounts.find((fields) => fields[0] === name);
    if (found?.[2] !== undefined && found[3] !== undefined) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new Error(
    "PostgreSQL cannot run as root, and there is neither an account `postgres` nor `nobody`. Start Interlock as another user.",
  );
}

/** Gives `path` to the account, if it is not our own. */
export async function giveTo(account: Account | undefined, path: string): Promise<void> {
  if (account) await chown(path, account.uid, account.gid);
}

/**
 * Starts `program` as `account`. Where a folder on the way to `paths` is closed to that account (a checkout under /root), the process keeps one
 * capability that lets it pass closed folders, and nothing else of root.
 */
export async function launchAs(account: Account | undefined, program: string, args: string[], paths: string[]): Promise<Launch> {
  if (!account) return { command: program, args };
  const closed = await closedFolder(account, [program, ...paths]);
  if (closed === undefined) return { command: program, args, ...account };
  const setpriv = await programOnPath("setpriv");
  const capability = await heldCapability();
  if (setpriv === undefined || capability === undefined)
    throw new Error(
      `PostgreSQL cannot run as root, and the account it would run as (uid ${account.uid}) cannot enter ${closed}. ` +
        "Move the checkout to a folder others may enter, start Interlock as another user, or set DATABASE_URL.",
    );
  return {
    command: setpriv,
    args: [
      `--reuid=${account.uid}`,
      `--regid=${account.gid}`,
      "--clear-groups",
      `--inh-caps=-all,+${capability}`,
      `--ambient-caps=+${capability}`,
      // Without it access(2), which PostgreSQL asks about its own binary, drops capabilities for a user id other than 0.
      "--securebits=+no_setuid_fixup",
      program,
      ...args,
    ],
  };
}

async function closedFolder(account: Account, paths: string[]): Promise<string | undefined> {
  for (const path of paths)
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const { mode, uid, gid } = await stat(folder);
      const enter = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
      if ((mode & enter) === 0) return folder;
      if (folder === dirname(folder)) break;
    }
  return undefined;
}

/** Numbers from linux/capability.h. Reading and searching folders is enough; containers often hold only the wider one. */
const CAPABILITIES = [
  ["dac_read_search", 2n],
  ["dac_override", 1n],
] as const;

async function heldCapability(): Promise<string | undefined> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const permitted = BigInt(`0x${/^CapPrm:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return CAPABILITIES.find(([, bit]) => (permitted >> bit) & 1n)?.[0];
}

async function programOnPath(name: string): Promise<string | undefined> {
  for (const folder of [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/bin"]) {
    const path = join(folder, name);
    if (folder && (await stat(path).catch(() => undefined))?.isFile()) return path;
  }
  return undefined;
}
