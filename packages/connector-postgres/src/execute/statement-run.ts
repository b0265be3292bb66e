import { serialize } from "pg-protocol";
import { TargetError, type ExecuteSink, type SourceColumn } from "@interlock/connector";
import { partRows, type Values } from "../undo/hidden-columns.ts";
import { MESSAGE, type Message } from "./message-reader.ts";
import { readFields, readRowDescription, readTag, ServerError, type Field } from "./server-message.ts";
import type { Session } from "./session.ts";
import type { PlannedStatement } from "./transaction-plan.ts";

/** Answers, for the fields of one described statement, where each column's values come from. */
export type Lineage = (fields: Field[]) => SourceColumn[] | Promise<SourceColumn[]>;

export interface StatementRun {
  statement: PlannedStatement;
  sink: ExecuteSink;
  rowCap: number;
  /** Asked after the statement was parsed, when its locks on what it reads are held, and before any row is fetched. */
  lineage: (text: string) => Promise<Lineage>;
  /** Rejects when the run must stop now; raced against every wait for the sink. */
  stopped: Promise<never>;
  /** True from the moment the server is asked to stop: rows that still arrive are dropped. */
  isStopped: () => boolean;
  /** True until the server has taken that request: nothing is read meanwhile, so that it is not behind a stream of rows. */
  isStopping: () => boolean;
  /** Present: what is sent instead, whose last `added` columns are for us and not for the sink. All its rows are taken, whatever the cap. */
  keeping?: { text: string; added: number; take: (rows: Values[]) => void };
}

/** Bytes one fetch aims at, and how many fetches may be under way: together the most a slow sink makes the server send ahead. */
const FETCH_BYTES = 512 * 1024;
const FETCHES = 2;
/** The first fetch is one row, so that the first row shows as soon as the server has it. */
const FIRST_FETCHES = [1, 64, 512];
const MAX_FETCH_ROWS = 50_000;

/** Runs one statement through its own portal and resolves with its tag, e.g. `DELETE 5`. */
export async function runStatement(session: Session, run: StatementRun): Promise<string> {
  const described = await describe(session, run.keeping?.text ?? run.statement.text);
  const visible = (described?.length ?? 0) - (run.keeping?.added ?? 0);
  const fields = visible > 0 || run.keeping === undefined ? described?.slice(0, visible) : undefined;
  if (fields !== undefined) {
    const lineage = await run.lineage(run.statement.text);
    const columns = await lineage(fields);
    if (columns.length !== fields.length) throw new TargetError("internal", "the lineage of a result does not fit its columns");
    await settled(run.sink.columns(run.statement.index, columns), run);
  }
  if (run.isStopped()) await run.stopped;
  const { tag, truncated } = await fetchAll(session, run, visible);
  if (fields !== undefined) await settled(run.sink.end(run.statement.index, truncated), run);
  return tag;
}

/** Parses; resolves with the result's fields, undefined when there is no result. */
async function describe(session: Session, text: string): Promise<Field[] | undefined> {
  session.send(serialize.parse({ text }), serialize.describe({ type: "S" }), serialize.sync());
  let fields: Field[] | undefined;
  await session.settle((message) => {
    if (message.code === MESSAGE.rowDescription) fields = readRowDescription(message.body);
  });
  return fields;
}

/** Fetches in credits: no more is asked for than the sink has taken, but for what is under way. */
async function fetchAll(session: Session, run: StatementRun, visible: number): Promise<{ tag: string; truncated: boolean }> {
  let asked = 0;
  let sent = 0;
  let bytes = 0;
  let underWay = 0;
  let fetches = 0;
  let tag: string | undefined;
  let truncated = false;
  // One more than the cap tells a result that ends there from one that is cut there.
  const most = run.keeping === undefined ? run.rowCap + 1 : Number.MAX_SAFE_INTEGER;
  const fetch = (): Buffer => {
    const wished = FIRST_FETCHES[fetches] ?? Math.floor(FETCH_BYTES / Math.max(1, bytes / Math.max(1, sent)));
    const rows = Math.max(1, Math.min(wished, MAX_FETCH_ROWS, most - asked));
    asked += rows;
    fetches++;
    underWay++;
    return serialize.execute({ rows });
  };
  session.takeRows((all, count) => {
    const room = run.rowCap - sent;
    if (run.isStopped()) return run.isStopping() ? run.stopped : undefined;
    const group = run.keeping === undefined ? all : kept(run.keeping, all, count, visible);
    if (run.keeping !== undefined && visible === 0) return;
    if (count > room) truncated = true;
    const rows = Math.min(count, room);
    if (rows === 0) return;
    const body = rows === count ? group : firstRows(group, rows);
    sent += rows;
    bytes += body.length;
    const busy = run.sink.rows(run.statement.index, body, rows);
    return busy === undefined ? undefined : settled(busy, run);
  });
  session.send(serialize.bind({}), fetch(), serialize.flush());
  try {
    while (underWay > 0 || (tag === undefined && asked < most && !run.isStopped())) {
      const message = await session.next();
      switch (message.code) {
        case MESSAGE.portalSuspended:
          underWay--;
          if (run.isStopped() || asked >= most) break;
          while (underWay < FETCHES && asked < most) session.send(fetch(), serialize.flush());
          break;
        case MESSAGE.commandComplete:
          underWay--;
          tag ??= readTag(message.body);
          break;
        case MESSAGE.emptyQuery:
          underWay--;
          tag ??= "";
          break;
        default:
          refuse(session, message);
      }
    }
  } catch (error) {
    session.takeRows(() => {});
    if (!session.lost) await resynchronise(session, !(error instanceof ServerError) && !run.isStopped());
    throw error;
  }
  session.takeRows(undefined);
  session.send(serialize.close({ type: "P" }), serialize.sync());
  await session.settle();
  return { tag: tag ?? "", truncated };
}

/** Keeps what is for us of some rows and answers with what is for people. */
function kept({ take }: NonNullable<StatementRun["keeping"]>, rows: Buffer, count: number, visible: number): Buffer {
  const { shown, hidden } = partRows(rows, count, visible);
  take(hidden);
  return shown;
}

function refuse(session: Session, message: Message): void {
  switch (message.code) {
    case MESSAGE.bindComplete:
      return;
    case MESSAGE.error:
      throw new ServerError(readFields(message.body));
    case MESSAGE.copyIn:
      session.send(serialize.copyFail("COPY from the client is not carried"));
      return;
    case MESSAGE.copyOut:
    case MESSAGE.copyBoth:
      // Copied bytes have no columns and so cannot be masked.
      session.destroy("COPY to the client is not carried");
      throw new TargetError("statement_failed", "COPY to the client is not carried; write a SELECT");
    default:
  }
}

/**
 * After an error the server skips everything up to a Sync; reads up to its answer. When the fault is on our side the server may be at
 * work still and is asked to stop.
 */
async function resynchronise(session: Session, working: boolean): Promise<void> {
  session.send(serialize.sync());
  if (working) await session.cancel();
  // The error that led here is the one to report; those of fetches that were under way say nothing new.
  await session.settle().catch((error: unknown) => {
    if (!(error instanceof ServerError)) throw error;
  });
}

/** The first `count` DataRows of a run. */
function firstRows(body: Buffer, count: number): Buffer {
  let at = 0;
  for (let row = 0; row < count; row++) at += 1 + body.readInt32BE(at + 1);
  return body.subarray(0, at);
}

async function settled(result: void | Promise<void>, run: StatementRun): Promise<void> {
  if (result !== undefined) await Promise.race([result, run.stopped]);
}
