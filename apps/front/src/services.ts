import type { ChildProcess } from "node:child_process";
import { rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "@interlock/db/free-port";
import { AGENT_NODE_OPTIONS } from "../../agent/src/node-options.ts";
import { startChild, type Child } from "./child.ts";
import { ROOT, type Config } from "./config.ts";
import type { Log } from "./log.ts";
import type { Secrets } from "./secrets.ts";

const LEASH = fileURLToPath(new URL("./leash.ts", import.meta.url));
/** What children inherit: where programs, temporary files and compiled code are, and the user's language. No credential of ours or of the operator. */
const INHERITED = ["PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "NODE_EXTRA_CA_CERTS", "NODE_COMPILE_CACHE"];

function inherited(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(INHERITED.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])));
}

/** What a service's own environment is made of. */
export interface Told {
  config: Config;
  secrets: Secrets;
  databaseUrl: string;
  /** The operator's, of which a service is told only what it names. */
  environment: NodeJS.ProcessEnv;
}

/** What the agent is told; the key of stored credentials is told to nobody else (I9). */
export function agentEnvironment({ config, secrets, databaseUrl, environment }: Told, port: number): NodeJS.ProcessEnv {
  return {
    ...inherited(environment),
    NODE_ENV: config.dev ? "development" : "production",
    INTERLOCK_AGENT_PORT: String(port),
    DATABASE_URL: databaseUrl,
    INTERLOCK_HOME: config.home,
    INTERLOCK_SECRET: secrets.secret,
    INTERLOCK_KEY: secrets.key,
    INTERLOCK_ORIGINS: config.origins.join(","),
    INTERLOCK_DEMO: config.demo ? "1" : "0",
    ...given(
      environment,
      "INTERLOCK_RESULT_DAYS",
      "INTERLOCK_UNDO_DAYS",
      "INTERLOCK_LOG_LEVEL",
      "INTERLOCK_KUBECTL",
      "INTERLOCK_EXEC_PLUGINS",
      "INTERLOCK_LOCAL_SHELLS",
      "INTERLOCK_SSH_AGENTS",
      "INTERLOCK_S3_ENDPOINT",
      "INTERLOCK_S3_REGION",
      "INTERLOCK_S3_BUCKET",
      "INTERLOCK_S3_PREFIX",
      "INTERLOCK_S3_STYLE",
      "INTERLOCK_S3_CREDENTIALS_FILE",
      "INTERLOCK_S3_ACCESS_KEY_ID",
      "INTERLOCK_S3_SECRET_ACCESS_KEY",
      "INTERLOCK_S3_SESSION_TOKEN",
    ),
  };
}

/** What the web app is told. */
export function webEnvironment({ config, secrets, databaseUrl, environment }: Told, port: number): NodeJS.ProcessEnv {
  return {
    ...inherited(environment),
    NODE_ENV: config.dev ? "development" : "production",
    NEXT_TELEMETRY_DISABLED: "1",
    PORT: String(port),
    HOSTNAME: "127.0.0.1",
    DATABASE_URL: databaseUrl,
    NEXTAUTH_SECRET: secrets.secret,
    NEXTAUTH_URL: config.origins[0] ?? "",
    // Only we reach it, and we send the host we have checked as X-Forwarded-Host.
    AUTH_TRUST_HOST: "1",
    INTERLOCK_ORIGINS: config.origins.join(","),
    INTERLOCK_DEMO: config.demo ? "1" : "0",
  };
}

/** The service that holds credentials and sockets. */
export async function startAgent(told: Told, log: Log, signal: AbortSignal): Promise<Child> {
  const { dev } = told.config;
  // Watching, it comes back by itself after a change, and must come back where we look for it.
  const port = dev ? await freePort() : 0;
  const main = join(ROOT, "apps/agent/src/main.ts");
  return startChild({
    name: "agent",
    args: [...AGENT_NODE_OPTIONS, ...(dev ? ["--watch", "--watch-preserve-output"] : []), main],
    cwd: ROOT,
    env: agentEnvironment(told, port),
    ready: portMessage,
    log: log.file("agent"),
    signal,
  });
}

/** The demo's cluster. Nothing of it is kept when it ends, so it is not started again: the next start of the service begins with a new one. */
export async function startDemoCluster(config: Config, environment: NodeJS.ProcessEnv, log: Log, signal: AbortSignal): Promise<Child> {
  const kubeconfig = join(config.home, "demo-cluster.kubeconfig");
  // That of the last start leads nowhere.
  await rm(kubeconfig, { force: true });
  return startChild({
    name: "demo cluster",
    args: [fileURLToPath(new URL("./demo-cluster-main.ts", import.meta.url)), kubeconfig],
    cwd: ROOT,
    env: { ...inherited(environment), NODE_ENV: config.dev ? "development" : "production" },
    ready: portMessage,
    log: log.file("demo-cluster"),
    lost: () =>
      process.stderr.write("The demo cluster ended by itself; eks-prod is down until the next start. Its log is in the logs folder.\n"),
    signal,
  });
}

/** The pages: `next start`, or `next dev` when watching. */
export async function startWeb(told: Told, log: Log, signal: AbortSignal): Promise<Child> {
  const { dev } = told.config;
  const cwd = join(ROOT, "apps/web");
  const next = createRequire(join(cwd, "package.json")).resolve("next/dist/bin/next");
  const port = await freePort();
  return startChild({
    name: "web app",
    // As long as the agent keeps them: with Next's own 5 s connections end just as the next page is asked for.
    args: [
      "--import",
      LEASH,
      next,
      ...(dev ? ["dev"] : ["start", "--keepAliveTimeout", "75000"]),
      "--port",
      String(port),
      "--hostname",
      "127.0.0.1",
    ],
    cwd,
    env: webEnvironment(told, port),
    ready: (_, signal) => answering(port, signal),
    log: log.file("web"),
    signal,
  });
}

function portMessage(child: ChildProcess, signal: AbortSignal): Promise<number> {
  return new Promise((found, failed) => {
    signal.addEventListener("abort", () => failed(signal.reason as Error), { once: true });
    child.on("message", (message: { type?: unknown; port?: unknown }) => {
      if (message.type === "ready" && typeof message.port === "number") found(message.port);
    });
  });
}

async function answering(port: number, signal: AbortSignal): Promise<number> {
  for (;;) {
    signal.throwIfAborted();
    try {
      await fetch(`http://127.0.0.1:${port}/icon.svg`, { signal, redirect: "manual" }).then((response) => response.body?.cancel());
      return port;
    } catch (error) {
      if (signal.aborted) throw error;
      await sleep(40);
    }
  }
}

/** Settings that are the child's own to check and to default. */
function given(environment: NodeJS.ProcessEnv, ...names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value ? [[name, value]] : [];
    }),
  );
}
