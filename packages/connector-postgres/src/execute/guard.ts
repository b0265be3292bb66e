import type { ApprovedWrite } from "@interlock/connector";
import type { Session } from "./session.ts";
import type { TransactionPlan } from "./transaction-plan.ts";
import { delta, type OwnLocks, type Snapshot, type TableState } from "./write-counters.ts";

/** Stands for "cannot be counted" in guard figures: more than any approval, and still a number in JSON. */
export const UNCOUNTABLE = Number.MAX_SAFE_INTEGER;

export interface GuardInput {
  before: Snapshot;
  after: Snapshot;
  approved: readonly ApprovedWrite[];
  locks: OwnLocks;
  /** Rows of approved objects before a TRUNCATE in the text, by object; see countApproved. */
  emptied: ReadonlyMap<string, number>;
  /** Objects the text itself defines anew; see definedObjects. */
  defined: ReadonlySet<string>;
  /** Rows those hold before the text and after it, by the table's OID. */
  held: { before: ReadonlyMap<number, number>; after: ReadonlyMap<number, number> };
  /** Rows the server's own tags claim were written, whatever its counters say. */
  claimed: number;
}

export interface GuardBreach {
  object: string;
  approved: number;
  actual: number;
}

/**
 * Where more was written than approved; empty lets the commit through (I6). A partition is charged to itself as far as it is listed, and
 * beyond that to its nearest listed ancestor, whose rows its own are. Rolled-back savepoints stay in the server's counters, so they can only block too much.
 */
export function compareToApproved(input: GuardInput): GuardBreach[] {
  const { before, after, locks, defined, claimed } = input;
  const limits = new Map<string, number>();
  for (const { object, rows } of input.approved) limits.set(object, (limits.get(object) ?? 0) + rows);
  const actual = new Map<string, number>();
  const objectOf = (table: TableState): string =>
    [table.name, ...table.ancestors].find((name) => limits.has(name)) ?? table.ancestors.at(-1) ?? table.name;
  const charge = (object: string, rows: number): void => void actual.set(object, Math.min(UNCOUNTABLE, (actual.get(object) ?? 0) + rows));
  const chargeRows = (table: TableState, rows: number): void => {
    let left = rows;
    for (const object of [table.name, ...table.ancestors].filter((name) => limits.has(name))) {
      const taken = Math.min(left, Math.max(0, limits.get(object)! - (actual.get(object) ?? 0)));
      if (taken > 0) charge(object, taken);
      left -= taken;
    }
    if (left > 0) charge(objectOf(table), left);
  };
  const replaced = new Set<string>();
  const replace = (then: TableState, now?: TableState): void => {
    if (then.temporary || !locks.exclusive.has(then.oid)) return;
    const object = objectOf(then);
    if (input.emptied.has(object)) replaced.add(object);
    else charge(object, replacedRows(then, now, input));
  };
  let counted = 0;
  for (const now of after.values()) {
    const then = before.get(now.oid);
    const { inserted, updated, deleted } = delta(then, now);
    const rows = inserted + updated + deleted;
    counted += rows;
    if (now.temporary) continue;
    // What was approved was meant by the names of that time: a text can give a name to another table.
    // The rows of a materialised view the text refreshes follow from those of its tables.
    const refreshed = now.kind === "materialized" && defined.has(now.name);
    if (rows > 0 && !refreshed) chargeRows(then ?? now, rows);
    if (locks.foreignWrites.has(now.oid)) charge(objectOf(then ?? now), UNCOUNTABLE);
    if (then !== undefined && then.fileNode !== now.fileNode) replace(then, now);
  }
  for (const then of before.values()) if (!after.has(then.oid)) replace(then);
  // The rows of a partitioned table were counted once for all its partitions.
  for (const object of replaced) charge(object, input.emptied.get(object)!);
  if (claimed > counted) charge("(rows the server did not count)", claimed - counted);
  return [...actual]
    .map(([object, rows]) => ({ object, approved: limits.get(object) ?? 0, actual: rows }))
    .filter((row) => row.actual > row.approved)
    .toSorted((a, b) => (a.object < b.object ? -1 : 1));
}

/** What new storage, which the server's counters do not show, counts as: for what the text defines the rows that are gone, else no end. */
function replacedRows(then: TableState, now: TableState | undefined, { defined, held }: GuardInput): number {
  if (!isDefined(then, defined)) return UNCOUNTABLE;
  if (now === undefined || now.kind !== "table") return 0;
  const { inserted, deleted } = delta(then, now);
  return Math.max(0, (held.before.get(now.oid) ?? UNCOUNTABLE) + inserted - deleted - (held.after.get(now.oid) ?? 0));
}

const isDefined = ({ name, ancestors }: TableState, defined: ReadonlySet<string>): boolean =>
  [name, ...ancestors].some((object) => defined.has(object));

/** Rows that the tables defined anew hold now, by OID. Others are kept from writing to them, so that a difference is the text's own. */
export async function countDefined(session: Session, tables: Snapshot, defined: ReadonlySet<string>): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  const oids = [...tables.values()].filter((table) => table.kind === "table" && !table.temporary && isDefined(table, defined));
  if (oids.length === 0) return counts;
  const found = await session.query(
    `SELECT c.oid::pg_catalog.int8 AS oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS quoted
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
     WHERE c.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])`,
    [oids.map(({ oid }) => oid)],
  );
  for (const { oid, quoted } of found as { oid: string; quoted: string }[]) {
    await session.command(`LOCK TABLE ONLY ${quoted} IN SHARE ROW EXCLUSIVE MODE`);
    const [row] = await session.query(`SELECT pg_catalog.count(*)::pg_catalog.float8 AS rows FROM ONLY ${quoted}`);
    counts.set(Number(oid), Number(row?.["rows"]));
  }
  return counts;
}

/** Plain names of what the text defines anew, as snapshots spell them; schemas bring their tables. */
export async function definedObjects(session: Session, { relations, schemas }: TransactionPlan["defines"]): Promise<Set<string>> {
  if (relations.length + schemas.length === 0) return new Set();
  const rows = await session.query(
    `SELECT concat(n.nspname, '.', c.relname) AS object FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($2::text[]) OR c.oid IN (SELECT to_regclass(r.name) FROM unnest($1::text[]) AS r(name))`,
    [relations, schemas],
  );
  return new Set(rows.map((row) => String(row["object"])));
}

/**
 * Counts the rows of approved objects before a TRUNCATE, under a lock that keeps others from adding any, and never further than one row
 * beyond the approval. An object that cannot be counted is left out and then counts without end.
 */
export async function countApproved(session: Session, approved: readonly ApprovedWrite[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const found = await session.query(
    `SELECT concat(n.nspname, '.', c.relname) AS object, format('%I.%I', n.nspname, c.relname) AS quoted
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND concat(n.nspname, '.', c.relname) = ANY ($1::text[])`,
    [approved.map((write) => write.object)],
  );
  for (const { object, quoted } of found as { object: string; quoted: string }[]) {
    const rows = approved.filter((write) => write.object === object).reduce((sum, write) => sum + write.rows, 0);
    await session.command(`LOCK TABLE ${quoted} IN SHARE ROW EXCLUSIVE MODE`);
    const [row] = await session.query(`SELECT count(*)::float8 AS rows FROM (SELECT FROM ${quoted} LIMIT ${Math.floor(rows) + 1}) counted`);
    counts.set(object, Number(row?.["rows"]));
  }
  return counts;
}
