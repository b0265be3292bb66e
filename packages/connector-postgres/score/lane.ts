import { Client } from "pg";
import type { Target } from "@interlock/connector";
import type { Impact } from "@interlock/protocol";
import { postgres } from "../src/index.ts";
import { SCHEMA } from "./schema/model.ts";
import { relationsBefore, truthOf, type Before, type Truth } from "./truth.ts";

/** Longest that counting may take, in milliseconds; so much that a busy machine makes no estimate of what can be counted. */
const COUNTING_MS = 10_000;

/** One database in which schemas come and go, the connector that is asked about it, and the session that finds out. */
export class Lane {
  readonly #client: Client;
  readonly url: string;
  readonly target: Target;
  before: ReadonlyMap<number, Before> = new Map();

  private constructor(client: Client, url: string) {
    this.#client = client;
    this.url = url;
    this.target = postgres.open({ connectionName: "score", secret: { read: url }, maskedColumns: () => [] });
  }

  static async open(url: string): Promise<Lane> {
    const admin = new Client({ connectionString: url });
    await admin.connect();
    await admin.query(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = ${SCHEMA}, public', current_database()); END $$`);
    await admin.end();
    // Notices of what a cascade drops are of no interest; as a start-up option this outlasts RESET ALL.
    const client = new Client({ connectionString: url, options: "-c client_min_messages=error" });
    await client.connect();
    return new Lane(client, url);
  }

  /** Replaces what the database holds by the schema these parts build. Rejects with the server's error when they do not. */
  async build(parts: readonly string[]): Promise<void> {
    await this.#client.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE; CREATE SCHEMA ${SCHEMA}`);
    for (const part of parts) await this.#client.query(part);
    this.before = await relationsBefore(this.#client);
    // What was loaded is counted as work until it is reported.
    await this.#client.query("SELECT pg_stat_force_next_flush()");
  }

  impact(text: string, exact = true): Promise<Impact> {
    return this.target.impact(text, { signal: new AbortController().signal, exact, countingMs: COUNTING_MS });
  }

  truth(text: string): Promise<Truth> {
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
  }
}
