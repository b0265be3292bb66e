import pg from "pg";
import { TargetError } from "@interlock/connector";
import type { Query } from "./query.ts";

/** Sessions of one role kept for analysis. They can only read, wait for nobody's lock for long, and are shown under their own name. */
const MOST_SESSIONS = 4;
const CONNECT_MS = 5_000;
const IDLE_MS = 60_000;
/** Longest wait for a lock of somebody else's, in milliseconds. */
const LOCK_MS = 100;
const STATEMENT_MS = 5_000;

/** One analysis session inside its READ ONLY transaction. */
export interface AnalysisSession {
  /** Runs one statement, alone in its protocol message. */
  query: Query;
  /** Runs `work` with a time limit per statement, in milliseconds; when it fails the transaction goes on as if it had never been tried. */
  attempt<T>(ms: number, work: () => Promise<T>): Promise<{ ok: true; value: T } | { ok: false; error: DatabaseError }>;
}

/** What a server says when it refuses; `code` is its SQLSTATE. */
export interface DatabaseError {
  code: string;
  message: string;
}

export class AnalysisPool {
  readonly #pool: pg.Pool;

  constructor(dsn: string) {
    this.#pool = new pg.Pool({
      connectionString: dsn,
      max: MOST_SESSIONS,
      // After a pause the first analysis would otherwise pay for connecting and for a server process that knows no catalogue yet: 100 ms.
      min: 1,
      connectionTimeoutMillis: CONNECT_MS,
      idleTimeoutMillis: IDLE_MS,
      // What ALTER ROLE … SET changes reaches new sessions only.
      maxLifetimeSeconds: 300,
      allowExitOnIdle: true,
      application_name: "interlock:analysis",
      options: "-c default_transaction_read_only=on -c jit=off",
    });
    // An idle session that dies is replaced by the next use, which reports its own failure.
    this.#pool.on("error", () => {});
  }

  /** Runs `work` in a READ ONLY transaction that is always rolled back. Rejects with TargetError `target_down` or `cancelled`. */
  async session<T>(signal: AbortSignal, work: (session: AnalysisSession) => Promise<T>): Promise<T> {
    const client = await this.#connect(signal);
    const stop = () => void this.#cancel(client);
    signal.addEventListener("abort", stop, { once: true });
    let broken = false;
    try {
      return await work(sessionOf(client, signal));
    } catch (error) {
      if (signal.aborted) throw new TargetError("cancelled", "The analysis was stopped", { cause: error });
      if (databaseError(error)) throw error;
      broken = true;
      throw error instanceof Error && isConnectionError(error)
        ? new TargetError("target_down", "The target went away during analysis")
        : error;
    } finally {
      signal.removeEventListener("abort", stop);
      if (!broken) await client.query("ROLLBACK").catch(() => void (broken = true));
      client.release(broken);
    }
  }

  async #connect(signal: AbortSignal): Promise<pg.PoolClient> {
    if (signal.aborted) throw new TargetError("cancelled", "The analysis was stopped");
    try {
      return await this.#pool.connect();
    } catch (error) {
      // The driver's message may hold host and user, never the password; it is still kept out of what people see.
      throw new TargetError("target_down", connectionFailure(error));
    }
  }

  /** Ends what the session is running, with a cancel request on a connection of its own. */
  async #cancel(client: pg.PoolClient): Promise<void> {
    const pid = (client as unknown as { processID: number }).processID;
    const other = new pg.Client(this.#pool.options as pg.ClientConfig);
    try {
      await other.connect();
      await other.query("select pg_cancel_backend($1)", [pid]);
    } catch {
      // The statement ends by its own timeout then.
    } finally {
      await other.end().catch(() => {});
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

const BEGIN = `BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = ${STATEMENT_MS}; SET LOCAL lock_timeout = ${LOCK_MS}; SET LOCAL idle_in_transaction_session_timeout = 30000; `;

function sessionOf(client: pg.PoolClient, signal: AbortSignal): AnalysisSession {
  // What must happen before the next statement travels with it where it can: each trip to the server is a good part of an analysis.
  let due = BEGIN;
  const settle = async (more = ""): Promise<void> => {
    const text = due + more;
    due = "";
    if (text !== "") await client.query(text);
  };
  const query: Query = async (sql, params = []) => {
    // Cancelling ends one statement; the analysis must not go on with the next.
    signal.throwIfAborted();
    await settle();
    // The extended protocol takes one statement a message, whatever the text holds.
    const result = await client.query({ text: sql, values: [...params], queryMode: "extended" } as pg.QueryConfig);
    return result.rows;
  };
  return {
    query,
    async attempt(ms, work) {
      // Rolling back to the savepoint also takes back the limit, and the locks that planning took.
      await settle(`SAVEPOINT attempt; SET LOCAL statement_timeout = ${Math.max(1, Math.floor(ms))}`);
      try {
        const value = await work();
        due = "ROLLBACK TO attempt; ";
        return { ok: true, value };
      } catch (error) {
        const refused = databaseError(error);
        if (!refused) throw error;
        due = "ROLLBACK TO attempt; ";
        return { ok: false, error: refused };
      }
    },
  };
}

export function databaseError(error: unknown): DatabaseError | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  if (!(error instanceof Error) || typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code) || !("severity" in error)) return undefined;
  return { code, message: error.message };
}

const isConnectionError = (error: Error): boolean =>
  /terminated|ECONN|EPIPE|not queryable|Connection/i.test(`${(error as { code?: string }).code ?? ""} ${error.message}`);

function connectionFailure(error: unknown): string {
  const code = (error as { code?: string }).code;
  if (code === "28P01" || code === "28000") return "The target refused the stored credential";
  if (code === "3D000") return "The target has no such database";
  return "The target cannot be reached";
}
