import { TargetError, type ExecuteOutcome } from "@interlock/connector";
import { connect } from "./connection.ts";
import { ConnectionLost, failureOf, ServerError } from "./server-message.ts";
import { Session } from "./session.ts";
import { Stop } from "./stop.ts";
import { since } from "../versions.data.ts";

export interface RunLimits {
  /** Per statement, by the server's clock. */
  timeoutMs: number;
  applicationName: string;
}

/** Longest wait for somebody else's lock, in milliseconds; a run that queues behind one also blocks all who come after it. */
const LOCK_MS = 3_000;
/** Longest time the server keeps our transaction open while it hears nothing from us. */
const IDLE_MS = 60_000;
/** Our own clock ends after the server's, so that the server's error is the one reported where both work. */
export const CLOCK_MARGIN_MS = 250;
/** Longest wait for the answer to COMMIT before the outcome counts as unknown. */
const COMMIT_MS = 30_000;

/** How far a run has come; decides what losing the connection means. */
export interface Progress {
  /** Index of the statement at work. */
  statement: number | undefined;
  /** Something was sent whose effect stays without a further word from us: COMMIT, or a statement outside any transaction. */
  pointOfNoReturn: boolean;
}

/** One run in a clean session of its own, which is closed whatever happens. Resolves for every outcome, faults included. */
export async function inSession(
  dsn: string,
  limits: RunLimits,
  signal: AbortSignal,
  work: (session: Session, stop: Stop, progress: Progress) => Promise<ExecuteOutcome>,
): Promise<ExecuteOutcome> {
  const progress: Progress = { statement: undefined, pointOfNoReturn: false };
  let session: Session;
  try {
    session = new Session(await connect(dsn, limits.applicationName, signal));
  } catch (error) {
    return failed(error, progress, undefined);
  }
  const stop = new Stop(session, signal);
  try {
    stop.startClock(limits.timeoutMs + CLOCK_MARGIN_MS);
    await prepare(session, limits);
    return await work(session, stop, progress);
  } catch (error) {
    return failed(error, progress, stop);
  } finally {
    stop.release();
    await session.end();
  }
}

/** A session's own settings; `false` keeps them when a transaction ends, so they hold for statements outside one as well. */
async function prepare(session: Session, request: RunLimits): Promise<void> {
  await session.query(
    `SELECT set_config('application_name', $1, false), set_config('statement_timeout', $2, false), set_config('lock_timeout', $3, false),
       set_config('idle_in_transaction_session_timeout', $4, false), set_config('standard_conforming_strings', 'on', false),
       CASE WHEN current_setting('server_version_num')::int >= ${since("connectionCheck")} THEN set_config('client_connection_check_interval', '1000', false) END`,
    [request.applicationName, request.timeoutMs, Math.min(LOCK_MS, request.timeoutMs), IDLE_MS],
  );
}

/** Commits; from its first byte on a lost connection means that the outcome is not known. */
export async function commit(session: Session, progress: Progress): Promise<void> {
  progress.statement = undefined;
  progress.pointOfNoReturn = true;
  const clock = setTimeout(() => session.destroy("no answer to COMMIT"), COMMIT_MS);
  try {
    if ((await session.command("COMMIT")) !== "COMMIT") {
      progress.pointOfNoReturn = false;
      throw new TargetError("statement_failed", "the target rolled the transaction back instead of committing it");
    }
  } finally {
    clearTimeout(clock);
  }
}

/**
 * The outcome of a fault. The transaction is gone with it, unless the connection was lost (or the server shut down) where its answer
 * alone could have told.
 */
function failed(error: unknown, progress: Progress, stop: Stop | undefined): ExecuteOutcome {
  const { code, message } = stop?.reason ?? failureOf(error);
  const lost = error instanceof ConnectionLost || (error instanceof ServerError && error.sqlState.startsWith("57P"));
  const state = progress.pointOfNoReturn && lost ? "unknown" : code === "cancelled" ? "cancelled" : "failed";
  const place = progress.statement === undefined ? {} : { statement: progress.statement };
  return { state, affected: [], error: { code, message, ...place } };
}
