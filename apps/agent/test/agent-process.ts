import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AGENT_NODE_OPTIONS } from "../src/node-options.ts";

const MAIN = resolve(import.meta.dirname, "../src/main.ts");
const READY_MS = 60_000;

/** The agent as its supervisor runs it: a process of its own, told by environment, heard over IPC. */
export interface AgentProcess {
  readonly port: number;
  readonly pid: number;
  readonly home: string;
  output(): string;
  start(): Promise<void>;
  /** Nothing gets to say goodbye. */
  kill(): Promise<void>;
  /** As the supervisor does it; resolves with the exit code. */
  terminate(): Promise<number | null>;
  /** The supervisor is gone without a word; resolves with the exit code. */
  disconnect(): Promise<number | null>;
  dispose(): Promise<void>;
}

export const PROCESS_ORIGIN = "http://localhost:7300";
export const SECRET = "0123456789abcdef0123456789abcdef";

export async function startAgentProcess(options: {
  databaseUrl: string;
  /** Addresses of the demo's target; with it the demo is seeded. */
  demoTarget?: { read: string; write: string };
  environment?: Record<string, string>;
}): Promise<AgentProcess> {
  const home = await mkdtemp(join(tmpdir(), "interlock-agent-"));
  if (options.demoTarget !== undefined)
    await writeFile(join(home, "demo-target.json"), JSON.stringify(options.demoTarget), { mode: 0o600 });
  const environment = {
    ...process.env,
    INTERLOCK_AGENT_PORT: "0",
    DATABASE_URL: options.databaseUrl,
    INTERLOCK_HOME: home,
    INTERLOCK_SECRET: SECRET,
    INTERLOCK_KEY: randomBytes(32).toString("base64"),
    INTERLOCK_ORIGINS: PROCESS_ORIGIN,
    INTERLOCK_DEMO: options.demoTarget === undefined ? "0" : "1",
    ...options.environment,
  };
  let child: ChildProcess | undefined;
  let port = 0;
  let output = "";

  async function start(): Promise<void> {
    child = spawn(process.execPath, [...AGENT_NODE_OPTIONS, MAIN], { env: environment, stdio: ["ignore", "pipe", "pipe", "ipc"] });
    child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const signal = AbortSignal.timeout(READY_MS);
    const ended = once(child, "exit", { signal }).then(([code]) => Promise.reject(new Error(`the agent ended with ${code}:\n${output}`)));
    // It ends some day, after this start was won by its message.
    ended.catch(() => {});
    const [message] = await Promise.race([once(child, "message", { signal }), ended]);
    port = (message as { type: "ready"; port: number }).port;
  }

  async function end(act: (running: ChildProcess) => void): Promise<number | null> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = once(child, "exit");
    act(child);
    const [code] = await exited;
    return code as number | null;
  }

  try {
    await start();
  } catch (error) {
    await end((running) => running.kill("SIGKILL"));
    await rm(home, { recursive: true, force: true });
    throw error;
  }
  return {
    get port() {
      return port;
    },
    get pid() {
      return child!.pid!;
    },
    home,
    output: () => output,
    start,
    kill: async () => void (await end((running) => running.kill("SIGKILL"))),
    terminate: () => end((running) => running.kill("SIGTERM")),
    disconnect: () => end((running) => running.disconnect()),
    async dispose() {
      await end((running) => running.kill("SIGKILL"));
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
