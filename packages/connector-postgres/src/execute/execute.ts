import { TargetError, type ExecuteOutcome, type ExecuteRequest, type ExecuteSink, type Resolution } from "@interlock/connector";
import type { Query } from "../query.ts";
import { connect } from "./connection.ts";
import { compareToApproved, countApproved, countDefined, definedObjects } from "./guard.ts";
import { ConnectionLost, failureOf, rowsWritten, ServerError } from "./server-message.ts";
import { Session } from "./session.ts";
import { runStatement, type Lineage } from "./statement-run.ts";
import { Stop } from "./stop.ts";
import { planTransaction, type TransactionPlan } from "./transaction-plan.ts";
import { affectedBetween, countsRows, ownLocks, settleDeferred, settledSnapshot, takeSnapshot, type Snapshot } from "./write-counters.ts";

export interface ExecuteDeps {
  /** DSNs of the reading and the writing role. */
  secret: { read: string; write?: string | undefined };
  /** What the names of a text stand for, asked in the session that runs it. */
  resolve: (text: string, query: Query) => Promise<Resolution>;
  /** Where the values of a statement's result come from, asked in the session that runs it. */
  lineage: (statement: string, query: Query) => Promise<Lineage>;
}

/** Longest wait for somebody else's lock, in milliseconds; a run that queues behind one also blocks all who come after it. */
const LOCK_MS = 3_000;
/** Longest time the server keeps our transaction open while it hears nothing from us. */
const IDLE_MS = 60_000;
/** Our own clock ends after the server's, so that the server's error is the one reported where both work. */
const CLOCK_MARGIN_MS = 250;
/** Longest wait for the answer to COMMIT before the outcome counts as unknown. */
const COMMIT_MS = 30_000;

/** How far a run has come; decides what losing the connection means. */
interface Progress {
  /** Index of the statement at work. */
  statement: number | undefined;
  /** Something was sent whose effect stays without a further word from us: COMMIT, or a statement outside any transaction. */
  pointOfNoReturn: boolean;
}

/** The one run of a command, in a session of its own. Resolves for every outcome; see Target.execute. */
export async function execute(deps: ExecuteDeps, request: ExecuteRequest, sink: ExecuteSink, signal: AbortSignal): Promise<ExecuteOutcome> {
  const planned = planTransaction(request.text);
  if (!planned.ok) {
    const { code, message, statement } = planned;
    return { state: "failed", affected: [], error: { code, message, ...(statement === undefined ? {} : { statement }) } };
  }
  const dsn = request.access === "read" ? deps.secret.read : (deps.secret.write ?? deps.secret.read);
  const progress: Progress = { statement: undefined, pointOfNoReturn: false };
  let session: Session;
  try {
    session = new Session(await connect(dsn, request.applicationName, signal));
  } catch (error) {
    return failed(error, progress, undefined);
  }
  const stop = new Stop(session, signal);
  try {
    return await run(deps, request, planned.plan, sink, session, stop, progress);
  } catch (error) {
    return failed(error, progress, stop);
  } finally {
    stop.release();
    await session.end();
  }
}

async function run(
  deps: ExecuteDeps,
  request: ExecuteRequest,
  plan: TransactionPlan,
  sink: ExecuteSink,
  session: Session,
  stop: Stop,
  progress: Progress,
): Promise<ExecuteOutcome> {
  const query: Query = (sql, params) => session.query(sql, params);
  stop.startClock(request.timeoutMs + CLOCK_MARGIN_MS);
  await prepare(session, request);
  if (plan.transactional || request.access === "read") {
    await session.command(begin(request, plan));
    // Takes the transaction's first snapshot; after it the server lets no text switch a read-only transaction to writing.
    await session.query("SELECT 1");
  }
  if (!sameResolution(await deps.resolve(request.text, query), request.resolution))
    throw new TargetError("targets_changed", "what the names in the text stand for has changed since it was approved");
  stop.throwIfStopped();
  // A statement that cannot run in a transaction writes no rows of tables and could not be rolled back; it is alone in its command.
  const counting = plan.transactional && request.access === "write";
  const { guard } = request;
  if (guard !== undefined && counting && !(await countsRows(session))) throw new TargetError("statement_failed", NOT_COUNTING);
  const emptied = guard !== undefined && plan.truncates ? await countApproved(session, guard.approved) : new Map<string, number>();
  const defined = guard === undefined ? new Set<string>() : await definedObjects(session, plan.defines);
  const before: Snapshot = counting ? await takeSnapshot(session) : new Map();
  const heldBefore = await countDefined(session, before, defined);

  let claimed = 0;
  let rolledBack = false;
  for (const statement of plan.statements) {
    progress.statement = statement.index;
    session.onNotice = (text) => sink.notice(statement.index, text);
    if (statement.act === "rollback") rolledBack = true;
    if (statement.act !== "run") continue;
    stop.throwIfStopped();
    stop.startClock(request.timeoutMs + CLOCK_MARGIN_MS);
    if (!plan.transactional) progress.pointOfNoReturn = request.access === "write";
    const tag = await runStatement(session, {
      statement,
      sink,
      rowCap: request.rowCap,
      lineage: (text) => deps.lineage(text, query),
      stopped: stop.promise,
      isStopped: () => stop.reason !== undefined,
      isStopping: () => stop.asking,
    });
    stop.throwIfStopped();
    claimed += rowsWritten(tag);
    if (!plan.transactional) progress.pointOfNoReturn = false;
    else if (session.status !== "T") return { state: "unknown", affected: [], error: { code: "internal", message: LEFT_TRANSACTION } };
  }
  if (!plan.transactional && request.access === "write") return { state: "succeeded", affected: [] };
  if (rolledBack) {
    await session.command("ROLLBACK");
    return { state: "rolled_back", affected: [] };
  }

  stop.startClock(request.timeoutMs + CLOCK_MARGIN_MS);
  if (!counting) await settleDeferred(session);
  const after = counting ? await settledSnapshot(session) : new Map();
  if (guard !== undefined && counting) {
    if (!(await countsRows(session))) throw new TargetError("statement_failed", NOT_COUNTING);
    const locks = await ownLocks(session);
    const held = { before: heldBefore, after: await countDefined(session, after, defined) };
    const breach = compareToApproved({ before, after, approved: guard.approved, locks, emptied, defined, held, claimed });
    if (breach.length > 0) {
      await session.command("ROLLBACK");
      return { state: "rolled_back", affected: [], guard: breach };
    }
  }
  stop.throwIfStopped();
  stop.release();
  await commit(session, progress);
  return { state: "succeeded", affected: affectedBetween(before, after, emptied) };
}

const NOT_COUNTING = "track_counts is off, so the guard cannot see what would be written";
const LEFT_TRANSACTION = "the text left the command's own transaction; what it did may stay";

/** A session's own settings; `false` keeps them when a transaction ends, so they hold for statements outside one as well. */
async function prepare(session: Session, request: ExecuteRequest): Promise<void> {
  await session.query(
    `SELECT set_config('application_name', $1, false), set_config('statement_timeout', $2, false), set_config('lock_timeout', $3, false),
       set_config('idle_in_transaction_session_timeout', $4, false), set_config('standard_conforming_strings', 'on', false),
       CASE WHEN current_setting('server_version_num')::int >= 140000 THEN set_config('client_connection_check_interval', '1000', false) END`,
    [request.applicationName, request.timeoutMs, Math.min(LOCK_MS, request.timeoutMs), IDLE_MS],
  );
}

function begin({ access }: ExecuteRequest, { beginOptions }: TransactionPlan): string {
  const mode = access === "read" || beginOptions.includes("READ ONLY") ? "READ ONLY" : "READ WRITE";
  return `BEGIN ${[...beginOptions.split(", ").filter((option) => option !== "" && option !== "READ ONLY"), mode].join(", ")}`;
}

async function commit(session: Session, progress: Progress): Promise<void> {
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

const sameResolution = (a: Resolution, b: Resolution): boolean => canonical(a) === canonical(b);

const canonical = ({ database, role, targets, settings }: Resolution): string =>
  JSON.stringify([database, role, targets.toSorted(), Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1))]);

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
