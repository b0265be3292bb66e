import { isAbsolute } from "node:path";
import type { HostPrograms } from "@interlock/connector";
import { z } from "zod";
import { readAgentSockets, type AllowedSocket } from "./target/agent-sockets.ts";
import { S3_ENVIRONMENT, s3ConfigOf, type S3Config } from "./recordings/s3-config.ts";

/** What the agent is told at start. The only place that reads the environment; everything else is handed this. */
export interface Config {
  /** 0 lets the system choose. */
  port: number;
  /** Address to listen on; loopback unless the front process lives in another container. */
  host: string;
  databaseUrl: string;
  /** Absolute folder of all state. */
  home: string;
  /** Signs the browser's session tokens; shared with the web app. */
  secret: string;
  /** 32 bytes that seal stored credentials. */
  key: Uint8Array;
  /** Public origins whose pages may call, e.g. `http://localhost:7300`. */
  origins: ReadonlySet<string>;
  demo: boolean;
  logLevel: string;
  /** How long results are kept, in days. */
  resultDays: number;
  /** How long what a run changed is kept for undo, in days. */
  undoDays: number;
  hostPrograms: HostPrograms;
  /** Sockets of SSH agents, and which connections may use them. */
  agentSockets?: readonly AllowedSocket[];
  /** Where recordings are kept; absent: in the database. */
  recordings?: S3Config;
}

const Environment = z.object({
  ...S3_ENVIRONMENT,
  INTERLOCK_AGENT_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  INTERLOCK_AGENT_HOST: z.string().min(1).default("127.0.0.1"),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "must be a postgres:// URL"),
  INTERLOCK_HOME: z.string().refine(isAbsolute, "must be an absolute path"),
  INTERLOCK_SECRET: z.string().min(32),
  INTERLOCK_KEY: z
    .base64()
    .transform((text) => new Uint8Array(Buffer.from(text, "base64")))
    .refine((bytes) => bytes.byteLength === 32, "must be 32 bytes in base64"),
  INTERLOCK_ORIGINS: z
    .string()
    .transform((text) =>
      text
        .split(",")
        .map((origin) => origin.trim())
        .filter(Boolean),
    )
    .pipe(z.array(z.string().refine((text) => URL.parse(text)?.origin === text, "must be origins without a path")).min(1)),
  INTERLOCK_DEMO: z.enum(["0", "1"]).default("0"),
  INTERLOCK_RESULT_DAYS: z.coerce.number().int().min(1).max(36_500).default(30),
  INTERLOCK_UNDO_DAYS: z.coerce.number().int().min(1).max(36_500).default(30),
  INTERLOCK_KUBECTL: z.string().refine(isAbsolute, "must be an absolute path").optional(),
  INTERLOCK_EXEC_PLUGINS: z
    .string()
    .default("")
    .transform((text) => text.split(":").filter(Boolean))
    .pipe(z.array(z.string().refine(isAbsolute, "must be absolute paths"))),
  INTERLOCK_LOCAL_SHELLS: z
    .string()
    .default("")
    .transform((text) => text.split(",").filter(Boolean))
    .pipe(z.array(z.string().regex(/^[a-z_][a-z0-9_.-]{0,31}$/i, "must be names of accounts, separated by commas"))),
  INTERLOCK_SSH_AGENTS: z
    .string()
    .default("")
    .transform((text, context) => {
      const sockets = readAgentSockets(text);
      if (sockets === undefined) context.addIssue("must be absolute paths, or NAME=/path, by colons");
      return sockets ?? [];
    }),
  INTERLOCK_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
});

/** Throws with the name of every variable that is missing or wrong, never with its value. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const read = Environment.safeParse(environment);
  if (!read.success) throw new Error(read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
  const { data } = read;
  const recordings = s3ConfigOf(data);
  return {
    ...(recordings === undefined ? {} : { recordings }),
    port: data.INTERLOCK_AGENT_PORT,
    host: data.INTERLOCK_AGENT_HOST,
    databaseUrl: data.DATABASE_URL,
    home: data.INTERLOCK_HOME,
    secret: data.INTERLOCK_SECRET,
    key: data.INTERLOCK_KEY,
    origins: new Set(data.INTERLOCK_ORIGINS),
    demo: data.INTERLOCK_DEMO === "1",
    logLevel: data.INTERLOCK_LOG_LEVEL,
    resultDays: data.INTERLOCK_RESULT_DAYS,
    undoDays: data.INTERLOCK_UNDO_DAYS,
    hostPrograms: {
      ...(data.INTERLOCK_KUBECTL === undefined ? {} : { programs: { kubectl: data.INTERLOCK_KUBECTL } }),
      credentialPrograms: data.INTERLOCK_EXEC_PLUGINS,
      localAccounts: data.INTERLOCK_LOCAL_SHELLS,
    },
    agentSockets: data.INTERLOCK_SSH_AGENTS,
  };
}
