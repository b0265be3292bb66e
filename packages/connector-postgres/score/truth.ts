import { REPORT_COUNTERS } from "../test/counters.ts";
import type { Client } from "pg";

/** A relation before anything runs. */
export interface Before {
  oid: number;
  /** `schema.name`, as impacts spell it. */
  name: string;
  /** pg_class.relkind. */
  kind: string;
  file: number;
  /** Owner, grants and row security, as one text. */
  rights: string;
  /** Nearest first: what it is a partition of or inherits from. */
  ancestors: string[];
  /** For an index, the table it belongs to. */
  table?: string;
  /** Rows stored in itself; 0 for what stores none. */
  rows: number;
}

export interface Written {
  inserted: number;
  updated: number;
  deleted: number;
}

/** What a statement really did, read from the server in a transaction that is rolled back. Relations made by the statement are left out. */
export interface Truth {
  /** SQLSTATE when it was refused; then nothing below holds. */
  refused?: { code: string; message: string };
  /** It is of a kind that stores rows anew and defines nothing, though the catalogues show its working tables. */
  storesAnew: boolean;
  /** Rows of the server's own answer, e.g. `DELETE 5`; absent where it names none. */
  answered?: number;
  /** By relation. */
  written: Map<string, Written>;
  /** Rows written to catalogues, by catalogue. */
  catalogs: Map<string, Written>;
  /** Relations and modes. */
  locks: { relation: Before; mode: string }[];
  /** Relations whose storage was replaced. */
  files: Before[];
  gone: Before[];
  /** Whether anybody's rights on what was there changed. */
  rights: boolean;
}

const RELATIONS = `SELECT c.oid::int8 AS oid, concat(n.nspname, '.', c.relname) AS name, c.relkind::text AS kind, c.relfilenode::int8 AS file,
    concat(c.relowner, c.relacl::text, c.relrowsecurity, c.relforcerowsecurity) AS rights, c.relispopulated AS populated
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'`;

const ANCESTORS = `WITH RECURSIVE up(leaf, oid, depth) AS (
    SELECT inhrelid, inhparent, 1 FROM pg_inherits UNION ALL SELECT u.leaf, i.inhparent, u.depth + 1 FROM up u JOIN pg_inherits i ON i.inhrelid = u.oid)
  SELECT leaf::int8 AS leaf, array_agg(concat(n.nspname, '.', c.relname) ORDER BY depth) AS names
  FROM up JOIN pg_class c ON c.oid = up.oid JOIN pg_namespace n ON n.oid = c.relnamespace GROUP BY leaf`;

/** Everything that is there, with its rows counted. */
export async function relationsBefore(client: Client): Promise<Map<number, Before>> {
  const { rows } = await client.query(RELATIONS);
  const ancestors = new Map((await client.query(ANCESTORS)).rows.map((row) => [Number(row.leaf), row.names as string[]]));
  const tables = new Map(
    (await client.query("SELECT indexrelid::int8 AS index, indrelid::int8 AS table FROM pg_index")).rows.map((row) => [
      Number(row.index),
      Number(row.table),
    ]),
  );
  const stored = rows.filter((row) => row.kind === "r" || (row.kind === "m" && row.populated));
  const counts = new Map<number, number>();
  for (const row of stored) {
    const { rows: found } = await client.query(`SELECT count(*)::int AS n FROM ONLY ${identifiers(row.name)}`);
    counts.set(Number(row.oid), found[0].n);
  }
  const names = new Map(rows.map((row) => [Number(row.oid), row.name as string]));
  return new Map(
    rows.map((row) => {
      const oid = Number(row.oid);
      const table = names.get(tables.get(oid) ?? 0);
      return [
        oid,
        {
          oid,
          name: row.name,
          kind: row.kind,
          file: Number(row.file),
          rights: row.rights,
          ancestors: ancestors.get(oid) ?? [],
          rows: counts.get(oid) ?? 0,
          ...(table ? { table } : {}),
        },
      ];
    }),
  );
}

/** `schema.name` as SQL; names with dots are not generated. */
export const identifiers = (name: string): string =>
  name
    .split(".")
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join(".");

const COUNTERS = `SELECT pg_catalog.json_agg(pg_catalog.json_build_array(c.oid::pg_catalog.int8,
    pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid), pg_catalog.pg_stat_get_xact_tuples_updated(c.oid), pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid),
    CASE WHEN c.relnamespace OPERATOR(pg_catalog.=) 'pg_catalog'::pg_catalog.regnamespace THEN c.relname END))
  FROM pg_catalog.pg_class c WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m}'::pg_catalog."char"[])
    AND pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) OPERATOR(pg_catalog.>) 0`;
const LOCKS = `SELECT pg_catalog.json_agg(pg_catalog.json_build_array(l.relation::pg_catalog.int8, l.mode)) FROM pg_catalog.pg_locks l
  WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AND l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.granted`;
const CLASSES = `SELECT pg_catalog.json_agg(pg_catalog.json_build_array(c.oid::pg_catalog.int8, c.relfilenode::pg_catalog.int8,
    pg_catalog.concat(c.relowner, c.relacl::pg_catalog.text, c.relrowsecurity, c.relforcerowsecurity)))
  FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid`;
const FACTS = `SELECT (${COUNTERS}) AS counters, (${LOCKS}) AS locks, (${CLASSES}) AS classes`;

const STORES = /^\s*(REFRESH|CLUSTER|REINDEX|TRUNCATE|ANALYZE|VACUUM)\b/i;

type Counter = [oid: number, inserted: number, updated: number, deleted: number, catalog: string | null];

/**
 * Runs the statement for real and takes it back. Deferred constraints count as its own work: they would run at its COMMIT.
 * The server reports earlier work's counters before, so that what they show is the statement's alone.
 */
export async function truthOf(client: Client, text: string, before: ReadonlyMap<number, Before>): Promise<Truth> {
  await client.query("BEGIN; SET LOCAL statement_timeout = '20s'");
  try {
    const earlier = (await client.query(`SELECT (${COUNTERS}) AS counters`)).rows[0] as Record<string, unknown>;
    // Several statements have several answers; those count for none.
    const rowCount = ((await client.query(text)) as { rowCount?: number | null }).rowCount ?? null;
    // Foreign keys made not deferrable by the statement itself need no word here.
    const results = await client.query(`SET CONSTRAINTS ALL IMMEDIATE; ${FACTS}`);
    const facts = (results as unknown as { rows: Record<string, unknown>[] }[])[1]!.rows[0]!;
    return { ...read(facts, earlier, before), storesAnew: STORES.test(text), ...(rowCount === null ? {} : { answered: rowCount }) };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === undefined) throw error;
    return {
      refused: { code, message },
      storesAnew: false,
      written: new Map(),
      catalogs: new Map(),
      locks: [],
      files: [],
      gone: [],
      rights: false,
    };
  } finally {
    await client.query(`ROLLBACK; RESET ALL; DEALLOCATE ALL; ${REPORT_COUNTERS}`);
  }
}

function read(
  facts: Record<string, unknown>,
  earlier: Record<string, unknown>,
  before: ReadonlyMap<number, Before>,
): Omit<Truth, "storesAnew"> {
  const written = new Map<string, Written>();
  const catalogs = new Map<string, Written>();
  const then = new Map(((earlier["counters"] ?? []) as Counter[]).map((counter) => [counter[0], counter]));
  for (const [oid, inserted, updated, deleted, catalog] of (facts["counters"] ?? []) as Counter[]) {
    const name = catalog ?? before.get(oid)?.name;
    const [, insertedThen = 0, updatedThen = 0, deletedThen = 0] = then.get(oid) ?? [oid];
    const own = { inserted: inserted - insertedThen, updated: updated - updatedThen, deleted: deleted - deletedThen };
    if (name !== undefined && own.inserted + own.updated + own.deleted > 0) (catalog ? catalogs : written).set(name, own);
  }
  const locks = ((facts["locks"] ?? []) as [number, string][]).flatMap(([oid, mode]) => {
    const relation = before.get(oid);
    return relation ? [{ relation, mode }] : [];
  });
  const now = new Map(((facts["classes"] ?? []) as [number, number, string][]).map(([oid, file, rights]) => [oid, { file, rights }]));
  const known = [...before.values()];
  return {
    written,
    catalogs,
    locks,
    files: known.filter((relation) => now.has(relation.oid) && now.get(relation.oid)!.file !== relation.file),
    gone: known.filter((relation) => !now.has(relation.oid)),
    rights: known.some((relation) => now.has(relation.oid) && now.get(relation.oid)!.rights !== relation.rights),
  };
}
