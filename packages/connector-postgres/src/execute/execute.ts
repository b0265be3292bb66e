import { TargetError, type ExecuteOutcome, type ExecuteRequest, type ExecuteSink, type Resolution } from "@interlock/connector";
import type { Affected } from "@interlock/protocol";
import { loadCatalog, loadSessionFacts } from "../catalog.ts";
import { plansWrite } from "../explained-writes.ts";
import type { Query } from "../query.ts";
import { Capture, type CaptureLimits } from "../undo/capture.ts";
import { outlivesRollback } from "./dry-run.ts";
import { compareToApproved, countApproved, countDefined, definedObjects } from "./guard.ts";
import { CLOCK_MARGIN_MS, commit, inSession, type Progress } from "./run-session.ts";
import { rowsWritten } from "./server-message.ts";
import type { Session } from "./session.ts";
import { runStatement, type Lineage } from "./statement-run.ts";
import type { Stop } from "./stop.ts";
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

/** The one run of a command, in a session of its own. Resolves for every outcome; see Target.execute. */
export async function execute(deps: ExecuteDeps, request: ExecuteRequest, sink: ExecuteSink, signal: AbortSignal): Promise<ExecuteOutcome> {
  const planned = planTransaction(request.text);
  if (!planned.ok) {
    const { code, message, statement } = planned;
    return { state: "failed", affected: [], error: { code, message, ...(statement === undefined ? {} : { statement }) } };
  }
  const reading = request.access === "read" && !plansWrite(request.text);
  const dsn = reading ? deps.secret.read : (deps.secret.write ?? deps.secret.read);
  return inSession(dsn, request, signal, (session, stop, progress) => run(deps, request, planned.plan, sink, session, stop, progress));
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
  if (request.dryRun === true && !plan.transactional)
    throw new TargetError("statement_failed", "this statement cannot run in a transaction, so it cannot be taken back after a dry run");
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

  const capture = request.capture === undefined || !counting ? undefined : await startCapture(session, request.capture);

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
    const keeping = await capture?.prepare(statement.text);
    const tag = await runStatement(session, {
      statement,
      ...(keeping === undefined
        ? {}
        : { keeping: { text: keeping.statement.text, added: keeping.statement.added, take: (rows) => keeping.take(rows) } }),
      sink,
      rowCap: request.rowCap,
      lineage: (text) => deps.lineage(text, query),
      stopped: stop.promise,
      isStopped: () => stop.reason !== undefined,
      isStopping: () => stop.asking,
    });
    stop.throwIfStopped();
    if (keeping !== undefined) await capture!.finish(keeping);
    claimed += rowsWritten(tag);
    if (!plan.transactional) progress.pointOfNoReturn = false;
    else if (session.status !== "T") return { state: "unknown", affected: [], error: { code: "internal", message: LEFT_TRANSACTION } };
  }
  if (!plan.transactional && request.access === "write") return { state: "succeeded", affected: [] };
  if (rolledBack && request.dryRun !== true) {
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
  const affected = affectedBetween(before, after, emptied);
  if (request.dryRun === true) return dryRun(session, affected);
  if (capture !== undefined && sink.captured !== undefined) await sink.captured(capture.image(affected));
  stop.throwIfStopped();
  stop.release();
  await commit(session, progress);
  return { state: "succeeded", affected };
}

/** Before any statement of the text, which could put names of its own in the way. */
async function startCapture(session: Session, limits: CaptureLimits): Promise<Capture> {
  const query: Query = (sql, params) => session.query(sql, params);
  return new Capture(session, await loadCatalog(query), await loadSessionFacts(query), limits);
}

/** Rolls back, and says what that does not take back. */
async function dryRun(session: Session, affected: Affected[]): Promise<ExecuteOutcome> {
  const notTakenBack = await outlivesRollback(session);
  await session.command("ROLLBACK");
  return { state: "succeeded", affected, notTakenBack };
}

const NOT_COUNTING = "track_counts is off, so the guard cannot see what would be written";
const LEFT_TRANSACTION = "the text left the command's own transaction; what it did may stay";

function begin({ access }: ExecuteRequest, { beginOptions }: TransactionPlan): string {
  const mode = access === "read" || beginOptions.includes("READ ONLY") ? "READ ONLY" : "READ WRITE";
  return `BEGIN ${[...beginOptions.split(", ").filter((option) => option !== "" && option !== "READ ONLY"), mode].join(", ")}`;
}

const sameResolution = (a: Resolution, b: Resolution): boolean => canonical(a) === canonical(b);

const canonical = ({ database, role, targets, settings }: Resolution): string =>
  JSON.stringify([database, role, targets.toSorted(), Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
