import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout's folder. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** What the front process is told at start. The only place that reads the environment and the arguments. */
export interface Config {
  port: number;
  /** Address to listen on. Loopback unless production says otherwise. */
  host: string;
  /** Absolute folder of all state. */
  home: string;
  /** Undefined: an embedded server of our own. */
  databaseUrl: string | undefined;
  /** Where people reach Interlock, first the one we print. */
  origins: string[];
  /** Given secrets; outside production those that are missing are generated and kept. */
  secret: string | undefined;
  key: string | undefined;
  demo: boolean;
  production: boolean;
  /** Runs the web app in its watching mode. */
  dev: boolean;
  reset: boolean;
}

const NEEDED_IN_PRODUCTION = ["INTERLOCK_SECRET", "INTERLOCK_KEY", "DATABASE_URL", "INTERLOCK_ORIGIN"] as const;

/** Throws with a message for the operator, naming variables and never their values. */
export function readConfig(environment: Record<string, string | undefined>, args: readonly string[]): Config {
  // An empty variable is how shells and compose files say "not set".
  const value = (name: string): string | undefined => environment[name] || undefined;
  const unknown = args.find((argument) => argument !== "--reset" && argument !== "--dev");
  if (unknown !== undefined) throw new Error(`Unknown argument ${unknown}. There is only --reset, which starts over with an empty state.`);
  const production = value("NODE_ENV") === "production";
  const port = portOf(value("PORT") ?? "7300");
  if (production) checkProduction(value, args);
  const key = value("INTERLOCK_KEY");
  if (key !== undefined && Buffer.from(key, "base64").length !== 32)
    throw new Error("INTERLOCK_KEY must be 32 bytes in base64, e.g. from: openssl rand -base64 32");
  const secret = value("INTERLOCK_SECRET");
  if (secret !== undefined && secret.length < 32) throw new Error("INTERLOCK_SECRET must have 32 characters or more.");
  const origin = value("INTERLOCK_ORIGIN");
  return {
    port,
    host: (production ? value("INTERLOCK_HOST") : undefined) ?? "127.0.0.1",
    home: resolve(value("INTERLOCK_HOME") ?? resolve(ROOT, ".interlock")),
    databaseUrl: value("DATABASE_URL"),
    origins: [
      ...(origin === undefined ? [] : [originOf(origin)]),
      ...(production ? [] : [`http://127.0.0.1:${port}`, `http://localhost:${port}`]),
    ],
    secret,
    key,
    demo: !production && value("INTERLOCK_DEMO") !== "0",
    production,
    dev: args.includes("--dev"),
    reset: args.includes("--reset"),
  };
}

function checkProduction(value: (name: string) => string | undefined, args: readonly string[]): void {
  if (value("INTERLOCK_DEMO") === "1")
    throw new Error("NODE_ENV=production refuses demo accounts. Remove INTERLOCK_DEMO=1, or NODE_ENV=production.");
  if (args.includes("--reset")) throw new Error("NODE_ENV=production refuses --reset: it would delete all state.");
  const missing = NEEDED_IN_PRODUCTION.filter((name) => value(name) === undefined);
  if (missing.length > 0)
    throw new Error(`NODE_ENV=production needs ${missing.join(", ")}. The README's configuration table says what each is.`);
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== text.replace(/\/$/, ""))
    throw new Error("INTERLOCK_ORIGIN must be an origin without a path, e.g. https://interlock.example.com");
  return url.origin;
}

/** What the front is told where databases, agent and web app run elsewhere, each in its own container. */
export interface ProxyConfig {
  port: number;
  host: string;
  origin: string;
  agent: { host: string; port: number };
  web: { host: string; port: number };
}

/** Throws naming the variable that is missing or wrong. */
export function readProxyConfig(environment: Record<string, string | undefined>): ProxyConfig {
  const required = (name: string): string => {
    const value = environment[name];
    if (!value) throw new Error(`${name} is not set.`);
    return value;
  };
  const backend = (name: string): { host: string; port: number } => {
    const text = required(name);
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url?.protocol !== "http:" || url.port === "") throw new Error(`${name} must be like http://agent:7301`);
    return { host: url.hostname, port: Number(url.port) };
  };
  return {
    port: portOf(environment["PORT"] || "7300"),
    host: environment["INTERLOCK_HOST"] || "127.0.0.1",
    origin: originOf(required("INTERLOCK_ORIGIN")),
    agent: backend("INTERLOCK_AGENT_URL"),
    web: backend("INTERLOCK_WEB_URL"),
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error("PORT must be a number from 1 to 65535.");
  return port;
}
