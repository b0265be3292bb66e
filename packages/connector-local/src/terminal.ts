import { access, constants, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { TargetError, type TerminalChannel, type TerminalEnd, type TerminalKill, type TerminalRequest } from "@interlock/connector";
import { openPty, type Pty } from "@interlock/pty";
import { accountNamed, ownAccount, type Account } from "./account.ts";
import type { LocalSecret } from "./secret.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Changes account, groups included, and gives up what root may; part of util-linux. */
const SETPRIV = "/usr/bin/setpriv";
/** How long a shell may take to end after HUP before it is ended by KILL, in milliseconds. */
const HANG_UP_MS = 400;
const KILL_MS = 600;
/** Shells that open none. */
const CLOSED = /\/(nologin|false|sync|halt|shutdown)$/;

/** Opens a shell on this machine. */
export async function openTerminal(secret: LocalSecret, request: TerminalRequest, signal: AbortSignal): Promise<TerminalChannel> {
  if (request.program?.pod !== undefined) throw new TargetError("bad_request", "A machine has no pods.");
  const account = await accountNamed(secret.account);
  if (account === undefined) throw new TargetError("not_found", `This machine has no account ${secret.account}.`);
  const shell = secret.shell ?? account.shell;
  if (CLOSED.test(shell)) throw new TargetError("no_shell", `The account ${account.name} has no shell (${shell}).`);
  const folder = secret.folder ?? account.home;
  const there = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!there) throw new TargetError("not_found", `There is no folder ${folder} on this machine.`);
  const argv = await asAccount(account, [...(request.program?.argv ?? [shell, "-l"])]);
  if (signal.aborted) throw new TargetError("cancelled", "It was cancelled while the terminal was being opened.");
  const { columns, rows } = request;
  try {
    return new LocalTerminal(openPty({ argv, folder, environment: environmentOf(account, shell, secret, request), columns, rows }));
  } catch (error) {
    throw new TargetError("target_down", `This machine opens no terminal: ${(error as Error).message.split("\n")[0]}`, { cause: error });
  }
}

/** What a login has, what the connection says, and nothing of the agent's. */
const environmentOf = (
  account: Account,
  shell: string,
  { environment }: LocalSecret,
  request: TerminalRequest,
): Record<string, string> => ({
  PATH,
  HOME: account.home,
  USER: account.name,
  LOGNAME: account.name,
  SHELL: shell,
  LANG: "C.UTF-8",
  ...environment,
  ...request.environment,
});

async function asAccount(account: Account, argv: string[]): Promise<[string, ...string[]]> {
  const own = ownAccount();
  if (account.uid === own.uid) return argv as [string, ...string[]];
  if (own.uid !== 0)
    throw new TargetError("target_auth", `The agent runs as ${own.name}, and only root can open a shell as ${account.name}.`);
  const here = await access(SETPRIV, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!here) throw new TargetError("target_down", `Changing to another account needs ${SETPRIV} (package util-linux), which is not here.`);
  return [SETPRIV, `--reuid=${account.uid}`, `--regid=${account.gid}`, "--init-groups", "--inh-caps=-all", "--", ...argv];
}

class LocalTerminal implements TerminalChannel {
  readonly ended: Promise<TerminalEnd>;
  readonly #pty: Pty;
  #killed = false;
  #over = false;

  constructor(pty: Pty) {
    this.#pty = pty;
    // Until somebody listens, nothing is read that would have to be kept.
    pty.pause();
    this.ended = pty.ended.then((end) => {
      this.#over = true;
      return this.#killed ? { ...end, why: "it was killed" } : end;
    });
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#pty.onData(listener);
    this.#pty.resume();
  }

  pause(): void {
    this.#pty.pause();
  }

  resume(): void {
    this.#pty.resume();
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#pty.write(bytes).catch(() => {
      throw new TargetError("terminal_ended", "The terminal has ended.");
    });
  }

  resize(columns: number, rows: number): void {
    this.#pty.resize(columns, rows);
  }

  async kill(): Promise<TerminalKill> {
    if (this.#over) return { did: "It had ended already." };
    this.#killed = true;
    const sent: string[] = [];
    for (const [name, ms] of [
      ["HUP", HANG_UP_MS],
      ["KILL", KILL_MS],
    ] as const) {
      await this.#pty.signal(name);
      sent.push(name);
      this.#pty.onData(() => undefined);
      this.#pty.resume();
      if (await this.#endsWithin(ms))
        return { did: `Sent ${sent.join(" and ")} to every process of the shell's session.`, mayStillRun: LEFT };
    }
    return {
      did: `Sent ${sent.join(" and ")}.`,
      mayStillRun: `Not all of the shell's processes have ended: those of other accounts (sudo) take no signal from here. ${LEFT}`,
    };
  }

  async #endsWithin(ms: number): Promise<boolean> {
    const over = new AbortController();
    void this.#pty.ended.then(() => over.abort());
    await sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
    return over.signal.aborted;
  }
}

const LEFT = "What left the shell's session (setsid, tmux, services it started) may still run.";
