import { randomBytes } from "node:crypto";
import { Client } from "pg";
import type { Target } from "@interlock/connector";
import type { Impact } from "@interlock/protocol";
import { postgres } from "../src/index.ts";
import { inOlder } from "./older.ts";
import { SCHEMA } from "./schema/model.ts";
import { relationsBefore, truthOf, type Before, type Truth } from "./truth.ts";

/** Longest that counting may take, in milliseconds; so much that a busy machine makes no estimate of what can be counted. */
const COUNTING_MS = 10_000;

/** A role that owns nothing and may do nothing but what a schema grants it. */
export const USER = "app_user";

/** One database in which schemas come and go, the connector that is asked about it, and the session that finds out. */
export class Lane {
  /** Builds, as the superuser. */
  readonly #builder: Client;
  /** Runs and finds out. */
  #client: Client;
  readonly #connect: (url: string) => Promise<Client>;
  readonly target: Target;
  /** Where the connector and the session that runs are connected to. */
  readonly url: string;
  before: ReadonlyMap<number, Before> = new Map();

  private constructor(builder: Client, client: Client, url: string, connect: (url: string) => Promise<Client>) {
    this.#builder = builder;
    this.#connect = connect;
    this.#client = client;
    this.url = url;
    this.target = postgres.open({ connectionName: "score", secret: { read: url }, maskedColumns: () => [] });
  }

  /** `asUser`: the connector and the session that runs are those of USER, who is made when missing. */
  static async open(url: string, asUser = false): Promise<Lane> {
    // Notices of what a cascade drops are of no interest; as a start-up option this outlasts RESET ALL.
    const connected = async (connectionString: string): Promise<Client> => {
      const client = new Client({ connectionString, options: "-c client_min_messages=error" });
      await client.connect();
      return client;
    };
    const builder = await connected(url);
    const password = randomBytes(12).toString("hex");
    await builder.query(`DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I SET search_path = ${SCHEMA}, public', current_database());
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${USER}') THEN CREATE ROLE ${USER} LOGIN; END IF;
    END $$`);
    const own = new URL(url);
    if (asUser) {
      await builder.query(`ALTER ROLE ${USER} PASSWORD '${password}'`);
      own.username = USER;
      own.password = password;
    }
    return new Lane(builder, await connected(own.href), own.href, connected);
  }

  /** Replaces what the database holds by the schema these parts build. Rejects with the server's error when they do not. */
  async build(parts: readonly string[]): Promise<void> {
    await this.#builder.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE; CREATE SCHEMA ${SCHEMA}; SET search_path = ${SCHEMA}, public`);
    const { rows } = await this.#builder.query<{ n: number }>("SELECT current_setting('server_version_num')::int AS n");
    for (const part of parts) await this.#builder.query(inOlder(part, rows[0]?.n ?? 0));
    this.before = await relationsBefore(this.#builder);
  }

  impact(text: string, exact = true): Promise<Impact> {
    return this.target.impact(text, { signal: new AbortController().signal, exact, countingMs: COUNTING_MS });
  }

  async truth(text: string): Promise<Truth> {
    // A session looks the bounds of a partition up once and knows them from then on: only a new one shows that lock whatever ran before.
    if ([...this.before.values()].some(({ kind }) => kind === "p")) {
      await this.#client.end();
      this.#client = await this.#connect(this.url);
    }
    return truthOf(this.#client, text, this.before);
  }

  /** Rows of one query, in the session that finds out. */
  async query(text: string): Promise<Record<string, unknown>[]> {
    return (await this.#client.query(text)).rows as Record<string, unknown>[];
  }

  /** Adds rows as somebody else would; how many. Rows that a constraint refuses are none. */
  async add(text: string): Promise<number> {
    try {
      return (await this.#client.query(text)).rowCount ?? 0;
    } catch (error) {
      if ((error as { code?: string }).code === undefined) throw error;
      return 0;
    }
  }

  async close(): Promise<void> {
    await this.target.close();
    await this.#client.end();
    await this.#builder.end();
  }
}
