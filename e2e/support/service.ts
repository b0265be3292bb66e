import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "@interlock/db/free-port";
import { DEFAULT_POLICY } from "@interlock/policy";
import { test } from "@playwright/test";

const ROOT = resolve(import.meta.dirname, "../..");
const READY_MS = 120_000;
const STOP_MS = 10_000;

/** A whole Interlock as `npm start` runs it, with a state folder of its own. */
export interface Service {
  url: string;
  home: string;
  /** Stops it as an operator would (SIGTERM) and resolves when every child is gone. */
  stop(): Promise<void>;
  /** Ends the supervisor with SIGKILL: nothing gets to say goodbye. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends the agent alone with SIGKILL; the supervisor starts another. */
  killAgent(): Promise<void>;
  /** Runs the CLI against this service's state. */
  cli(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** Everything it printed so far. */
  log(): string;
  /** Removes the state folder. */
  dispose(): Promise<void>;
}

/** A state folder as the first start leaves it, made once for all files; see model-home.ts. */
export const MODEL_HOME = "INTERLOCK_E2E_MODEL";

export interface ServiceOptions {
  /** Instead of the demo policy's 5 s, for tests that act within it however busy the machine is. */
  countdown?: string;
  /** Begins with nothing at all, as on a new machine. */
  fresh?: boolean;
}

export async function createService({ countdown, fresh = false }: ServiceOptions = {}): Promise<Service> {
  const home = await mkdtemp(join(tmpdir(), "interlock-e2e-"));
  const model = process.env[MODEL_HOME];
  // With its owners: PostgreSQL runs as somebody else where everything else runs as root.
  if (model !== undefined && !fresh) await promisify(execFile)("cp", ["-a", `${model}/.`, home]);
  if (countdown !== undefined)
    await writeFile(join(home, "policy.yaml"), DEFAULT_POLICY.replaceAll("countdown: 5s", `countdown: ${countdown}`), { mode: 0o600 });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { ...process.env, PORT: String(port), INTERLOCK_HOME: home };
  let child: ChildProcess | undefined;
  let output = "";

  async function start(): Promise<void> {
    child = spawn(process.execPath, ["apps/front/src/main.ts"], { cwd: ROOT, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout?.on("data", (chunk) => (output += chunk));
    child.stderr?.on("data", (chunk) => (output += chunk));
    const deadline = Date.now() + READY_MS;
    while (Date.now() < deadline) {
      if (child.exitCode !== null) throw new Error(`Interlock ended with ${child.exitCode}:\n${output}`);
      const healthy = await fetch(`${url}/api/v1/health`).then(
        (response) => response.ok,
        () => false,
      );
      if (healthy) return;
      await sleep(150);
    }
    throw new Error(`Interlock was not healthy after ${READY_MS} ms:\n${output}`);
  }

  async function end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    const timer = setTimeout(() => child?.kill("SIGKILL"), STOP_MS);
    await exited;
    clearTimeout(timer);
  }

  async function killAgent(): Promise<void> {
    const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,args="]);
    const agent = stdout
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .find(([, parent, ...args]) => parent === String(child?.pid) && args.join(" ").includes("apps/agent/"));
    if (agent === undefined) throw new Error("the agent is not running");
    process.kill(Number(agent[0]), "SIGKILL");
  }

  async function cli(...args: string[]) {
    const run = spawn(process.execPath, ["apps/cli/bin/interlock.mjs", ...args], {
      cwd: ROOT,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    run.stdout.on("data", (chunk) => (stdout += chunk));
    run.stderr.on("data", (chunk) => (stderr += chunk));
    const [code] = await once(run, "close");
    return { code: Number(code), stdout, stderr };
  }

  await start();
  return {
    url,
    home,
    start,
    killAgent,
    cli,
    async stop() {
      await end("SIGTERM");
      // Not while the model of all homes is made, where there is no test.
      if (process.env[MODEL_HOME] !== undefined && test.info().errors.length > 0) process.stdout.write(await lastWords(home, output));
    },
    kill: () => end("SIGKILL"),
    log: () => output,
    dispose: () => rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }),
  };
}

/** What a service that a test failed with has printed and logged last. */
async function lastWords(home: string, output: string): Promise<string> {
  const parts = [`--- printed\n${output.slice(-2_000)}`];
  for (const name of ["front", "web", "agent"]) {
    const text = await readFile(join(home, "logs", `${name}.log`), "utf8").catch(() => "");
    if (text !== "") parts.push(`--- ${name}.log\n${text.slice(-4_000)}`);
  }
  return `${parts.join("\n")}\n---\n`;
}

/** The demo target's own connection, for setting the scene behind Interlock's back. */
export async function demoTarget(service: Service): Promise<{ read: string; write: string }> {
  return JSON.parse(await readFile(join(service.home, "demo-target.json"), "utf8")) as { read: string; write: string };
}
