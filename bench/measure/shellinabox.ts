import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "@interlock/db/free-port";

const run = promisify(execFile);
const READY_MS = 60_000;

/** A shell of tmux that browsers look at together through shellinabox: the peer of a shared terminal. */
export interface ShellInABox {
  /** Types a line into the shell. */
  line(text: string): Promise<void>;
  /** A browser's side; resolves once it has drawn the shell for the first time. */
  watch(): Promise<ShellInABoxPage>;
  stop(): Promise<void>;
}

export interface ShellInABoxPage {
  /** Bytes of answers that came. */
  readonly bytes: number;
  /** Resolves when `text` came. */
  sees(text: string): Promise<void>;
}

/** Undefined where one of them is not installed. */
export async function startShellInABox(size: { columns: number; rows: number }): Promise<ShellInABox | undefined> {
  if (!["shellinaboxd", "tmux"].every((name) => existsSync(`/usr/bin/${name}`))) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "interlock-peer-"));
  const socket = join(folder, "tmux");
  const tmux = (...args: string[]) => run("tmux", ["-S", socket, "-f", "/dev/null", ...args]);
  const port = await freePort();
  await tmux("new-session", "-d", "-x", `${size.columns}`, "-y", `${size.rows}`, "bash --norc");
  const attach = `/:root:root:/:tmux -S ${socket} attach`;
  const args = [
    "--disable-ssl",
    "--quiet",
    "--localhost-only",
    "--port",
    `${port}`,
    "--service",
    attach,
    `--pidfile=${join(folder, "pid")}`,
  ];
  const server = spawn("shellinaboxd", args, { stdio: "ignore" });
  const stop = async (): Promise<void> => {
    server.kill("SIGKILL");
    await tmux("kill-server").catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}/?`;
  const post = async (fields: Record<string, string>): Promise<string> => {
    const body = new URLSearchParams({ width: `${size.columns}`, height: `${size.rows}`, ...fields });
    const answer = await fetch(url, { method: "POST", body });
    if (!answer.ok) throw new Error(`shellinabox answered ${answer.status}`);
    return answer.text();
  };
  try {
    const open = async (): Promise<string> =>
      (JSON.parse(await post({ rooturl: `http://127.0.0.1:${port}/` })) as { session: string }).session;
    for (const end = Date.now() + READY_MS; ; await sleep(50)) {
      const answered = await fetch(url).catch(() => undefined);
      if (answered !== undefined) break;
      if (Date.now() > end) throw new Error("shellinabox did not begin");
    }
    return {
      line: async (text) => void (await tmux("send-keys", "-l", text).then(() => tmux("send-keys", "Enter"))),
      async watch() {
        const session = await open();
        const page = {
          bytes: 0,
          sees: async (text: string): Promise<void> => {
            for (let rest = ""; ;) {
              const answer = await post({ session });
              page.bytes += answer.length;
              rest = rest.slice(-text.length) + answer;
              if (rest.includes(text)) return;
            }
          },
        };
        const first = await post({ session });
        page.bytes += first.length;
        return page;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
