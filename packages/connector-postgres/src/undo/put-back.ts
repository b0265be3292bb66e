import {
  TargetError,
  type ExecuteOutcome,
  type UndoConflict,
  type RowsImage,
  type UndoRequest,
  type UndoTable,
} from "@interlock/connector";
import { loadCatalog } from "../catalog.ts";
import type { Catalog, CatalogColumn } from "../catalog-model.ts";
import { qualified } from "../catalog.ts";
import { outlivesRollback } from "../execute/dry-run.ts";
import { compareToApproved } from "../execute/guard.ts";
import { commit, inSession, type Progress } from "../execute/run-session.ts";
import { ServerError } from "../execute/server-message.ts";
import type { Session } from "../execute/session.ts";
import type { Stop } from "../execute/stop.ts";
import { affectedBetween, countsRows, ownLocks, settledSnapshot, takeSnapshot } from "../execute/write-counters.ts";
import { quoteIdent } from "../query.ts";
import type { Values } from "./hidden-columns.ts";
import { columnList, given, ident, keyOf, keyValues, rowsByKey, sameValues } from "./keyed-rows.ts";
import { keyed, type KeyedTable } from "./undo-plan.ts";

/** Most conflicts that are told one by one. */
const TOLD = 1_000;
/** Most rows tried singly when the server refuses them together. */
const SINGLY = 1_000;

/** Puts back what a run changed; see Target.undo. The entry done last is taken back first. */
export function putBack(dsn: string, image: RowsImage, request: UndoRequest, signal: AbortSignal): Promise<ExecuteOutcome> {
  return inSession(dsn, request, signal, async (session, stop, progress) => {
    await session.command("BEGIN READ WRITE");
    if (!(await countsRows(session)))
      throw new TargetError("statement_failed", "track_counts is off, so the guard cannot see what would be written");
    const catalog = await loadCatalog((sql, params) => session.query(sql, params));
    const tables = image.tables.map((table) => ({ table, keyed: found(catalog, table) }));
    return restore(session, stop, progress, tables, request);
  });
}

async function restore(
  session: Session,
  stop: Stop,
  progress: Progress,
  tables: { table: UndoTable; keyed: KeyedTable }[],
  request: UndoRequest,
): Promise<ExecuteOutcome> {
  const before = await takeSnapshot(session);
  const conflicts: UndoConflict[] = [];
  for (const { table, keyed: target } of tables.toReversed()) {
    stop.throwIfStopped();
    await applySettings(session, table.settings);
    for (const conflict of await restoreTable(session, target, table)) conflicts.push(conflict);
  }
  if (conflicts.length > 0) {
    await session.command("ROLLBACK");
    const message = `${conflicts.length} rows are not as the run left them; nothing was put back`;
    return {
      state: "failed",
      affected: [],
      error: { code: "undo_conflict", message },
      conflicts: conflicts.slice(0, TOLD),
      conflictCount: conflicts.length,
    };
  }
  const after = await settledSnapshot(session);
  const affected = affectedBetween(before, after, new Map());
  const breach = compareToApproved({
    before,
    after,
    approved: request.guard.approved,
    locks: await ownLocks(session),
    emptied: new Map(),
    defined: new Set(),
    held: { before: new Map(), after: new Map() },
    claimed: 0,
  });
  if (breach.length > 0 || request.dryRun === true) {
    const notTakenBack = await outlivesRollback(session);
    await session.command("ROLLBACK");
    return breach.length > 0 ? { state: "rolled_back", affected: [], guard: breach } : { state: "succeeded", affected, notTakenBack };
  }
  stop.throwIfStopped();
  stop.release();
  await commit(session, progress);
  return { state: "succeeded", affected };
}

/** The table an entry is about, if it is still the same one with the same columns. */
function found(catalog: Catalog, table: UndoTable): KeyedTable {
  const relation = catalog.relations.get(table.oid);
  const changed = (what: string): TargetError =>
    new TargetError("targets_changed", `${table.object} ${what} since the run; it cannot be undone`);
  if (!relation || qualified(relation) !== table.object) throw changed("was dropped or renamed");
  const now = keyed(catalog, relation);
  if (!now.ok) throw changed(`was changed (${now.why})`);
  const columns = table.columns.map(({ name, type }) => now.table.columns.find((column) => column.name === name && column.type === type));
  if (columns.length !== now.table.columns.length || columns.some((column) => column === undefined)) throw changed("got other columns");
  const kept = columns as CatalogColumn[];
  const key = table.key.map((name) => kept.find((column) => column.name === name)!);
  return { relation, columns: kept, key };
}

async function applySettings(session: Session, settings: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) await session.query("SELECT pg_catalog.set_config($1, $2, true)", [name, value]);
}

async function restoreTable(session: Session, target: KeyedTable, { object, rows }: UndoTable): Promise<UndoConflict[]> {
  const conflicts: UndoConflict[] = [];
  const conflict = (row: Values, reason: UndoConflict["reason"]) => void conflicts.push({ object, key: named(target, row), reason });
  const gone = rows.flatMap(({ before, after }) => (before && !after ? [before] : []));
  const changed = rows.flatMap(({ before, after }) => (before && after ? [{ before, after }] : []));
  const added = rows.flatMap(({ before, after }) => (!before && after ? [after] : []));

  const keys = [...gone, ...changed.map(({ after }) => after), ...added].map((row) => keyValues(target, row));
  const now = await rowsByKey(session, target, keys, true);
  const as = (row: Values): boolean => {
    const found = now.get(keyOf(target, row));
    if (found && sameValues(found, row)) return true;
    conflict(row, found ? "changed" : "gone");
    return false;
  };
  const there = (row: Values): boolean => now.has(keyOf(target, row));
  for (const row of gone.filter(there)) conflict(row, "exists");
  const insert = gone.filter((row) => !there(row));
  const update = changed.filter(({ after }) => as(after));
  const remove = added.filter(as);

  const refused = new Set<Values>();
  const put = async <T>(list: readonly T[], row: (item: T) => Values, work: (some: readonly T[]) => Promise<unknown>): Promise<void> => {
    for (const item of await eachOrAll(session, list, work)) refused.add(row(item));
  };
  await put(
    insert,
    (row) => row,
    (some) => insertRows(session, target, some),
  );
  const differing = target.columns.filter((_, i) => update.some(({ before, after }) => before[i] !== after[i]));
  const restored = new Set<string>();
  if (differing.length > 0)
    await put(
      update,
      ({ after }) => after,
      async (some) => {
        for (const key of await updateRows(session, target, differing, some)) restored.add(JSON.stringify(key));
      },
    );
  await put(
    remove,
    (row) => row,
    (some) => deleteRows(session, target, some),
  );

  // A trigger can drop a write without a word.
  const then = await rowsByKey(session, target, keys, false);
  const found = (row: Values) => then.get(keyOf(target, row));
  for (const row of insert) if (!found(row)) refused.add(row);
  for (const { after } of differing.length > 0 ? update : []) if (!restored.has(keyOf(target, after))) refused.add(after);
  for (const row of remove) if (found(row)) refused.add(row);
  for (const row of refused) conflict(row, "blocked");
  return conflicts;
}

const named = (target: KeyedTable, row: Values): Record<string, string | null> =>
  Object.fromEntries(target.key.map(({ name }, i) => [name, keyValues(target, row)[i]!]));

/** Does all at once; where the server refuses that, one by one to find those it refuses, which are the answer. */
async function eachOrAll<T>(session: Session, rows: readonly T[], work: (some: readonly T[]) => Promise<unknown>): Promise<T[]> {
  if (rows.length === 0) return [];
  if (await attempt(session, () => work(rows))) return [];
  if (rows.length > SINGLY) return [...rows];
  const refused: T[] = [];
  for (const row of rows) if (!(await attempt(session, () => work([row])))) refused.push(row);
  // Each alone was accepted, so it is their order that was not; then they stand as they should.
  return refused;
}

async function attempt(session: Session, work: () => Promise<unknown>): Promise<boolean> {
  await session.command("SAVEPOINT undo_rows");
  try {
    await work();
    await session.command("RELEASE SAVEPOINT undo_rows");
    return true;
  } catch (error) {
    // Class 23: integrity constraints; P0001: a trigger that raises. Everything else is a fault of the whole.
    if (!(error instanceof ServerError) || !/^(23|P0001)/.test(error.sqlState)) throw error;
    await session.command("ROLLBACK TO SAVEPOINT undo_rows");
    return false;
  }
}

function insertRows(session: Session, target: KeyedTable, rows: readonly Values[]): Promise<unknown> {
  const { sets, names, casts, parameters } = given(target.columns, rows);
  return session.query(
    `INSERT INTO ${ident(target)} (${columnList(target.columns, "")}) OVERRIDING SYSTEM VALUE
       SELECT ${casts.join(", ")} FROM ROWS FROM (${sets.join(", ")}) AS u(${names.join(", ")})`,
    parameters,
  );
}

/** Resolves with the keys of the rows that changed: a trigger can drop a change. */
function updateRows(
  session: Session,
  target: KeyedTable,
  columns: readonly CatalogColumn[],
  rows: readonly { before: Values; after: Values }[],
): Promise<Values[]> {
  const at = (column: CatalogColumn) => target.columns.indexOf(column);
  const keys = given(
    target.key,
    rows.map(({ after }) => keyValues(target, after)),
    1,
    "k",
  );
  const values = given(
    columns,
    rows.map(({ before }) => columns.map((column) => before[at(column)]!)),
    target.key.length + 1,
  );
  const changes = columns.map(({ name }, i) => `${quoteIdent(name)} = ${values.casts[i]}`).join(", ");
  return session.texts(
    `UPDATE ${ident(target)} x SET ${changes}
       FROM ROWS FROM (${[...keys.sets, ...values.sets].join(", ")}) AS u(${[...keys.names, ...values.names].join(", ")})
       WHERE (${columnList(target.key)}) = (${keys.casts.join(", ")}) RETURNING ${columnList(target.key)}`,
    [...keys.parameters, ...values.parameters],
  );
}

function deleteRows(session: Session, target: KeyedTable, rows: readonly Values[]): Promise<unknown> {
  const { sets, names, casts, parameters } = given(
    target.key,
    rows.map((row) => keyValues(target, row)),
  );
  return session.query(
    `DELETE FROM ${ident(target)} x WHERE (${columnList(target.key)}) IN
       (SELECT ${casts.join(", ")} FROM ROWS FROM (${sets.join(", ")}) AS u(${names.join(", ")}))`,
    parameters,
  );
}
