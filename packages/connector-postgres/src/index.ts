import type { Connector } from "@interlock/connector";
import { parse } from "./parse.ts";
import { readSecret, type PostgresSecret } from "./secret.ts";
import { PostgresTarget } from "./target.ts";

/** PostgreSQL 13–18. */
export const postgres: Connector<PostgresSecret> = {
  name: "postgres",
  language: "sql",
  parse,
  readSecret,
  open: (options) => new PostgresTarget(options),
};

export type { PostgresSecret };
