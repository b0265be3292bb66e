import { TargetError } from "@interlock/connector";
import type { Affected } from "@interlock/protocol";
import type { Session } from "./session.ts";

/** One table as the server's transaction counters and catalogue show it. */
export interface TableState {
  oid: number;
  name: string;
  inserted: number;
  updated: number;
  deleted: number;
  /** On-disk identity; TRUNCATE and rewrites change it without counting a row. */
  fileNode: number;
  kind: "table" | "materialized" | "foreign";
  /** A temporary table: its rows end with the session, so they are counted but never charged. */
  temporary: boolean;
  /** Nearest first: partitioned or inherited-from tables. */
  ancestors: string[];
}

export type Snapshot = ReadonlyMap<number, TableState>;

/**
 * Every table that keeps a person's rows. Large objects live in two system catalogues, so those
 * count as well. Names are qualified and operators explicit because the text may have set a search_path of its own.
 */
const SNAPSHOT = `
WITH RECURSIVE up(leaf, oid, depth) AS (
  SELECT i.inhrelid, i.inhparent, 1 FROM pg_catalog.pg_inherits i
  UNION ALL
  SELECT u.leaf, i.inhparent, u.depth OPERATOR(pg_catalog.+) 1 FROM up u JOIN pg_catalog.pg_inherits i ON i.inhrelid OPERATOR(pg_catalog.=) u.oid
  WHERE u.depth OPERATOR(pg_catalog.<) 64
)
SELECT c.oid::pg_catalog.int8 AS oid, pg_catalog.concat(n.nspname, '.', c.relname) AS name,
  pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)::pg_catalog.float8 AS inserted,
  pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)::pg_catalog.float8 AS updated,
  pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)::pg_catalog.float8 AS deleted,
  c.relfilenode::pg_catalog.int8 AS file_node, c.relkind::pg_catalog.text AS kind, c.relpersistence OPERATOR(pg_catalog.=) 't' AS temporary,
  ARRAY(SELECT pg_catalog.concat(an.nspname, '.', a.relname) FROM up u
    JOIN pg_catalog.pg_class a ON a.oid OPERATOR(pg_catalog.=) u.oid
    JOIN pg_catalog.pg_namespace an ON an.oid OPERATOR(pg_catalog.=) a.relnamespace
    WHERE u.leaf OPERATOR(pg_catalog.=) c.oid ORDER BY u.depth) AS ancestors
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m,f}'::pg_catalog."char"[])
  AND ((n.nspname OPERATOR(pg_catalog.<>) ALL ('{pg_catalog,information_schema,pg_toast}'::pg_catalog.name[]))
    OR c.oid OPERATOR(pg_catalog.=) ANY ('{2613,2995}'::pg_catalog.oid[]))`;

/** Names found in session-local places must not stand in for the catalogue's, and roles set by the text must not hide rows of it. */
const CLEAN_SESSION = ["RESET SESSION AUTHORIZATION", "RESET ROLE", "SET LOCAL search_path = pg_catalog, pg_temp"];

export async function takeSnapshot(session: Session): Promise<Snapshot> {
  const rows = await session.query(SNAPSHOT);
  return new Map(
    rows.map((row) => {
      const oid = Number(row["oid"]);
      const state: TableState = {
        oid,
        name: String(row["name"]),
        inserted: Number(row["inserted"]),
        updated: Number(row["updated"]),
        deleted: Number(row["deleted"]),
        fileNode: Number(row["file_node"]),
        kind: row["kind"] === "m" ? "materialized" : row["kind"] === "f" ? "foreign" : "table",
        temporary: row["temporary"] === true,
        ancestors: row["ancestors"] as string[],
      };
      return [oid, state];
    }),
  );
}

/**
 * Brings forward everything that would otherwise happen at COMMIT, after we have counted: deferred constraints and triggers fire now, and
 * cursors are closed, since a WITH HOLD cursor runs its query at COMMIT.
 */
export async function settleDeferred(session: Session): Promise<void> {
  for (const command of ["SET CONSTRAINTS ALL IMMEDIATE", "CLOSE ALL", ...CLEAN_SESSION]) await session.command(command);
}

/** Rounds of deferred triggers setting off deferred triggers that are followed. */
const ROUNDS = 4;

/**
 * A snapshot after which nothing is left to happen at COMMIT. A trigger that fires early can put off what it sets off; whether one did shows
 * only in what a further round writes.
 */
export async function settledSnapshot(session: Session): Promise<Snapshot> {
  for (let round = 0, last: Snapshot | undefined; round < ROUNDS; round++) {
    await settleDeferred(session);
    const now = await takeSnapshot(session);
    const [row] = await session.query("SELECT FROM pg_catalog.pg_trigger WHERE tgdeferrable AND NOT tgisinternal LIMIT 1");
    if (row === undefined || (last !== undefined && sameCounts(last, now))) return now;
    last = now;
  }
  throw new TargetError(
    "statement_failed",
    "its triggers put off their writes again and again, so what they would write cannot be counted",
  );
}

const sameCounts = (a: Snapshot, b: Snapshot): boolean =>
  a.size === b.size &&
  [...b.values()].every((now) => {
    const { inserted, updated, deleted } = delta(a.get(now.oid), now);
    return inserted === 0 && updated === 0 && deleted === 0 && a.get(now.oid)?.fileNode === now.fileNode;
  });

/** Whether the server counts rows at all; the guard trusts nothing while it does not. */
export async function countsRows(session: Session): Promise<boolean> {
  const [row] = await session.query("SELECT pg_catalog.current_setting('track_counts') AS counts");
  return row?.["counts"] === "on";
}

/** What this transaction locked in ways that tell of changes without counted rows. */
export interface OwnLocks {
  /** Foreign tables opened for writing: their rows are counted elsewhere, so not by us. */
  foreignWrites: ReadonlySet<number>;
  /** Locked exclusively, as new storage demands; without it new storage is somebody else's doing. */
  exclusive: ReadonlySet<number>;
}

export async function ownLocks(session: Session): Promise<OwnLocks> {
  const rows = await session.query(
    `SELECT l.relation::pg_catalog.int8 AS oid, l.mode AS mode, c.relkind::pg_catalog.text AS kind
     FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation
     WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AND l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.granted`,
  );
  const oids = (mode: string, kind?: string): Set<number> =>
    new Set(rows.filter((row) => row["mode"] === mode && (kind === undefined || row["kind"] === kind)).map((row) => Number(row["oid"])));
  return { foreignWrites: oids("RowExclusiveLock", "f"), exclusive: oids("AccessExclusiveLock") };
}

/**
 * Rows written between two snapshots, partitions rolled up to their topmost table, sorted by name. `emptied` are the rows of tables that a
 * TRUNCATE may have emptied, which the server does not count.
 */
export function affectedBetween(before: Snapshot, after: Snapshot, emptied: ReadonlyMap<string, number>): Affected[] {
  const byObject = new Map<string, Affected>();
  for (const [object, deleted] of emptied) {
    const replaced = (then: TableState): boolean =>
      [then.name, ...then.ancestors].includes(object) && after.get(then.oid)?.fileNode !== then.fileNode;
    if (deleted > 0 && [...before.values()].some(replaced)) byObject.set(object, { object, inserted: 0, updated: 0, deleted });
  }
  for (const now of after.values()) {
    const { inserted, updated, deleted } = delta(before.get(now.oid), now);
    if (now.temporary || inserted + updated + deleted === 0) continue;
    const object = now.ancestors.at(-1) ?? now.name;
    const sum = byObject.get(object) ?? { object, inserted: 0, updated: 0, deleted: 0 };
    byObject.set(object, { object, inserted: sum.inserted + inserted, updated: sum.updated + updated, deleted: sum.deleted + deleted });
  }
  return [...byObject.values()].toSorted((a, b) => (a.object < b.object ? -1 : 1));
}

/** Rows written to a table since `then`. */
export function delta(then: TableState | undefined, now: TableState): { inserted: number; updated: number; deleted: number } {
  return {
    inserted: now.inserted - (then?.inserted ?? 0),
    updated: now.updated - (then?.updated ?? 0),
    deleted: now.deleted - (then?.deleted ?? 0),
  };
}
