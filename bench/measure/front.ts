import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { freePort } from "@interlock/db/free-port";
import { ORIGIN } from "./agent.ts";

const MAIN = resolve(import.meta.dirname, "../../apps/front/src/proxy-main.ts");
const READY_MS = 60_000;

/** The single-origin front before an agent, in a process of its own: browsers' sockets go through it. */
export interface BenchFront {
  port: number;
  stop(): Promise<void>;
}

export async function startFront(agentPort: number): Promise<BenchFront> {
  const port = await freePort();
  const agent = `http://127.0.0.1:${agentPort}`;
  // No page is asked for here, so that whatever answers may stand for the web app.
  const env = { ...process.env, PORT: `${port}`, INTERLOCK_ORIGIN: ORIGIN, INTERLOCK_AGENT_URL: agent, INTERLOCK_WEB_URL: agent };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  try {
    await once(child.stdout, "data", { signal: AbortSignal.timeout(READY_MS) });
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop };
}
