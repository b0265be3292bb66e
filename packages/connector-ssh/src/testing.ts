import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { stderr } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { fingerprintOf } from "./host-key.ts";

const run = promisify(execFile);
const PLACES = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/opt/homebrew/sbin/sshd"];
/** Accounts that tests made have names that begin so, then the id of the process that made them. */
const ACCOUNT = "ilk";

/** The SSH server for the tests of `what`. Where there is none, one line says that they were not run and how to install it. */
export function sshdFor(what: string): string | undefined {
  const program = PLACES.find((path) => existsSync(path));
  const why =
    program === undefined ? "There is no sshd on this machine: install it (Debian: apt-get install openssh-server)." : withoutTerminals();
  if (why !== undefined) stderr.write(`NOT RUN: ${what}. ${why}\n`);
  return why === undefined ? program : undefined;
}

/** Why a server of somebody who is not root gets no terminals here: it must give them to the group tty, which only such a mount has done already. */
function withoutTerminals(): string | undefined {
  if (process.getuid?.() === 0 || !existsSync("/proc/mounts")) return undefined;
  const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
  const given = mounts.some((line) => /^\S+ \/dev\/pts devpts \S*\bgid=\d/.test(line));
  return given ? undefined : "This machine lets only root's sshd make terminals (/dev/pts is mounted without gid=): run them as root.";
}

export interface TestKey {
  /** OpenSSH text. */
  privateKey: string;
  /** `algorithm base64`. */
  publicKey: string;
}

export interface TestSshd {
  readonly host: string;
  readonly port: number;
  /** The account that people sign in as. A throw-away one where root runs the tests, else whoever runs them. */
  readonly user: string;
  /** Of the throw-away account; undefined where there is none, and with it no signing in by password. */
  readonly password: string | undefined;
  /** Its home, in which tests may write. */
  readonly home: string;
  readonly folder: string;
  /** As a secret names it, `algorithm base64`, and its fingerprint. */
  readonly hostKey: string;
  readonly fingerprint: string;
  /** Keys that are let in. `locked` has the passphrase `open sesame`. */
  readonly keys: { ed25519: TestKey; locked: TestKey };
  /** A secret that is let in by key, with the host's key approved; `more` goes over it. */
  secret(more?: Record<string, unknown>): Record<string, unknown>;
  /** Lets a key in, or makes a certificate for the account that is let in by its authority alone. */
  authorize(publicKey: string): Promise<void>;
  certify(publicKey: string, options?: { validity?: string; host?: boolean }): Promise<string>;
  makeKey(type?: "ed25519" | "ecdsa" | "rsa", passphrase?: string): Promise<TestKey>;
  /** Ids of the processes that serve one connection each. */
  connections(): number[];
  /** Breaks all connections: ends the processes that serve them (each has two), and nothing of what runs in them. */
  cut(): void;
  /** What the server wrote down. */
  log(): Promise<string>;
  /** Ends it with everything that runs in it, and removes its folder and account. */
  close(): Promise<void>;
}

export interface SshdOptions {
  /** Lines of sshd_config that go before the usual ones. */
  config?: string;
  /** Default `ed25519`. */
  hostKeyType?: "ed25519" | "ecdsa" | "rsa";
  /** Default true. */
  sftp?: boolean;
  /** Login shell of the throw-away account; default bash, where it is there. */
  shell?: string;
}

/** Starts an OpenSSH server of its own on a free port of loopback, with its own keys, authority and account. */
export async function startSshd(options: SshdOptions = {}): Promise<TestSshd> {
  const program = sshdFor("tests with an SSH server");
  if (program === undefined) throw new Error("There is no sshd.");
  const folder = await mkdtemp(join(tmpdir(), "interlock-sshd-"));
  let server: ChildProcess | undefined;
  let account: Account | undefined;
  const end = (): void => {
    process.removeListener("exit", end);
    if (server?.pid !== undefined) endTree(server.pid, account?.uid);
    account?.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  // Where a test fails hard, its server does not stay.
  process.once("exit", end);
  try {
    // The account must get through to its home and its keys.
    await chmod(folder, 0o755);
    account = await makeAccount(folder, options.shell);
    const { user, password, home } = account;
    const type = options.hostKeyType ?? "ed25519";
    const [hostKey, ed25519, locked] = await Promise.all([
      keyIn(folder, "host", type),
      keyIn(folder, "user", "ed25519"),
      keyIn(folder, "locked", "ed25519", "open sesame"),
      keyIn(folder, "authority", "ed25519"),
    ]);
    const authorized = join(folder, "authorized_keys");
    const allowed = [ed25519.publicKey, locked.publicKey];
    await writeFile(authorized, `${allowed.join("\n")}\n`);
    const port = await freePort();
    const config = join(folder, "sshd_config");
    const log = join(folder, "sshd.log");
    await writeFile(config, `${options.config ?? ""}\n${configOf(folder, port, options.sftp !== false)}`);
    if (password !== undefined) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
    server = startBound(program, ["-D", "-f", config, "-E", log]);
    await listening(port, server, log);
    const running = server.pid!;
    let serial = 0;
    const keys = { ed25519, locked };
    return {
      host: "127.0.0.1",
      port,
      user,
      password,
      home,
      folder,
      hostKey: hostKey.publicKey,
      fingerprint: fingerprintOf(Buffer.from(hostKey.publicKey.split(" ")[1]!, "base64")),
      keys,
      secret: (more = {}) => ({
        host: "127.0.0.1",
        port,
        user,
        auth: { kind: "key", privateKey: ed25519.privateKey },
        hostKeys: [hostKey.publicKey],
        ...more,
      }),
      async authorize(publicKey) {
        allowed.push(publicKey);
        await writeFile(authorized, `${allowed.join("\n")}\n`);
      },
      async certify(publicKey, { validity = "-1m:+1h", host = false } = {}) {
        const path = join(folder, `certified${serial++}`);
        await writeFile(`${path}.pub`, `${publicKey}\n`);
        await run("ssh-keygen", [
          "-q",
          "-s",
          join(folder, "authority"),
          "-I",
          "test",
          "-n",
          user,
          "-V",
          validity,
          ...(host ? ["-h"] : []),
          `${path}.pub`,
        ]);
        return (await readFile(`${path}-cert.pub`, "utf8")).trim();
      },
      makeKey: (kind = "ed25519", passphrase) => keyIn(folder, `key${serial++}`, kind, passphrase),
      connections: () => childrenOf(running),
      cut() {
        const all = processes();
        const serving = all.filter(({ parent }) => parent === running).map(({ pid }) => pid);
        const privileged = new Set(serving);
        for (const { pid, parent, name } of all) if (privileged.has(parent) && name.startsWith("sshd")) serving.push(pid);
        for (const pid of serving) kill(pid);
      },
      log: () => readFile(log, "utf8"),
      async close() {
        end();
        // Files that a process was writing while it was ended are gone with the second try.
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    end();
    throw error;
  }
}

/** Without PAM, whose answer to a wrong password takes seconds. */
function configOf(folder: string, port: number, sftp: boolean): string {
  return `
Port ${port}
ListenAddress 127.0.0.1
HostKey ${join(folder, "host")}
PidFile none
AuthorizedKeysFile ${join(folder, "authorized_keys")}
TrustedUserCAKeys ${join(folder, "authority.pub")}
StrictModes no
UsePAM no
PasswordAuthentication yes
KbdInteractiveAuthentication yes
PrintMotd no
PrintLastLog no
UseDNS no
MaxStartups 200
MaxAuthTries 6
AllowTcpForwarding yes
AcceptEnv LANG LC_* INTERLOCK_*
${sftp ? "Subsystem sftp internal-sftp" : ""}
LogLevel VERBOSE
`;
}

interface Account {
  user: string;
  password: string | undefined;
  home: string;
  uid?: number;
  remove(): void;
}

/** Only root can make one; anybody else is let in as themselves. */
async function makeAccount(folder: string, shell?: string): Promise<Account> {
  const home = join(folder, "home");
  await mkdir(home);
  if (process.getuid?.() !== 0) return { user: userInfo().username, password: undefined, home, remove: () => undefined };
  removeStaleAccounts();
  const user = `${ACCOUNT}${process.pid}x${randomBytes(3).toString("hex")}`;
  const password = randomBytes(12).toString("base64url");
  await run("useradd", [
    "--no-create-home",
    "--home-dir",
    home,
    "--shell",
    shell ?? (existsSync("/bin/bash") ? "/bin/bash" : "/bin/sh"),
    user,
  ]);
  const remove = (): void => void spawnSync("userdel", ["--force", user], { stdio: "ignore" });
  try {
    const set = spawnSync("chpasswd", { input: `${user}:${password}\n` });
    if (set.status !== 0) throw new Error(`chpasswd failed: ${set.stderr.toString()}`);
    const [uid, gid] = await Promise.all(["-u", "-g"].map(async (which) => Number((await run("id", [which, user])).stdout)));
    await chown(home, uid!, gid!);
    return { user, password, home, uid: uid!, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Those of test runs that were killed. */
function removeStaleAccounts(): void {
  for (const line of readFileSync("/etc/passwd", "utf8").split("\n")) {
    const [, user, pid] = new RegExp(`^(${ACCOUNT}(\\d+)x[0-9a-f]{6}):`).exec(line) ?? [];
    if (user !== undefined && !existsSync(`/proc/${pid}`)) spawnSync("userdel", ["--force", user], { stdio: "ignore" });
  }
}

/** Runs it so that it does not outlive this process, even one that is killed, where the system has a way to do that. */
function startBound(program: string, args: string[]): ChildProcess {
  const [command, before] = existsSync("/usr/bin/setpriv") ? ["/usr/bin/setpriv", ["--pdeathsig", "TERM", program]] : [program, []];
  return spawn(command, [...before, ...args], { stdio: "ignore" });
}

async function keyIn(folder: string, name: string, type: string, passphrase = ""): Promise<TestKey> {
  const path = join(folder, name);
  const bits = type === "rsa" ? ["-b", "2048"] : [];
  await run("ssh-keygen", ["-q", "-t", type, ...bits, "-N", passphrase, "-C", "", "-f", path]);
  const [privateKey, publicKey] = await Promise.all([readFile(path, "utf8"), readFile(`${path}.pub`, "utf8")]);
  return { privateKey, publicKey: publicKey.trim() };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(port: number, server: ChildProcess, log: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (server.exitCode !== null) throw new Error(`sshd ended: ${await readFile(log, "utf8").catch(() => "it said nothing")}`);
    const there = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (there) return;
    await sleep(25);
  }
  throw new Error("sshd does not listen.");
}

/** Parents and owners of all processes. Empty where there is no /proc. */
function processes(): { pid: number; parent: number; uid: number; name: string }[] {
  if (!existsSync("/proc/self/status")) return [];
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      const field = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)?.[1]);
      return [{ pid: Number(name), parent: field("PPid"), uid: field("Uid"), name: /^Name:\s+(.*)/.exec(status)?.[1] ?? "" }];
    } catch {
      // It has ended in the meantime.
      return [];
    }
  });
}

const childrenOf = (pid: number): number[] => processes().flatMap((found) => (found.parent === pid ? [found.pid] : []));

/** Ends a server, what it started, and whatever else an account runs that nobody but the test has. */
function endTree(root: number, uid: number | undefined): void {
  const all = processes();
  const ours = new Set([root]);
  for (let before = 0; before !== ours.size;) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  for (const { pid, uid: owner } of all) if (uid !== undefined && owner === uid) ours.add(pid);
  for (const pid of ours) kill(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
