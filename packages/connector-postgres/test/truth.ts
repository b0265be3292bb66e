import type { Client } from "pg";
import { REPORT_COUNTERS } from "./counters.ts";

/** What a statement really did, by the server's own counters and locks, read inside a transaction that is rolled back. */
export interface Truth {
  /** Rows written per table: `schema.table` → inserted, updated, deleted. */
  written: Map<string, { inserted: number; updated: number; deleted: number }>;
  /** `schema.relation/Mode` of everything locked that is no index. */
  locks: Set<string>;
  /** SQLSTATE when it was refused. */
  refused?: string;
}

const COUNTERS = `select schemaname || '.' || relname as name, n_tup_ins::int as inserted, n_tup_upd::int as updated, n_tup_del::int as deleted
  from pg_stat_xact_user_tables where n_tup_ins + n_tup_upd + n_tup_del > 0`;
const LOCKS = `select n.nspname || '.' || c.relname as object, l.mode from pg_locks l join pg_class c on c.oid = l.relation
  join pg_namespace n on n.oid = c.relnamespace where l.pid = pg_backend_pid() and l.locktype = 'relation' and c.relkind not in ('i', 'I', 't')
  and n.nspname not in ('pg_catalog', 'pg_toast', 'information_schema')`;

/** Runs the statement for real and takes it back. */
export async function truthOf(client: Client, text: string): Promise<Truth> {
  // Counters of earlier, rolled-back work stay in the session until it reports them.
  await client.query(REPORT_COUNTERS);
  await client.query("BEGIN");
  try {
    await client.query("SAVEPOINT s");
    const earlier = new Map<string, Record<string, number>>(
      (await client.query(COUNTERS)).rows.map(({ name, ...counts }) => [name, counts]),
    );
    let refused: string | undefined;
    try {
      await client.query(text);
    } catch (error) {
      refused = (error as { code?: string }).code ?? "unknown";
      await client.query("ROLLBACK TO s");
    }
    const counters = refused ? [] : (await client.query(COUNTERS)).rows;
    const locks = refused ? [] : (await client.query(LOCKS)).rows;
    return {
      written: new Map(
        counters.flatMap(({ name, ...counts }) => {
          const before = earlier.get(name);
          const own = {
            inserted: counts.inserted - (before?.["inserted"] ?? 0),
            updated: counts.updated - (before?.["updated"] ?? 0),
            deleted: counts.deleted - (before?.["deleted"] ?? 0),
          };
          // What only earlier statements of the session wrote, which an older server still counts, is not its doing.
          return own.inserted + own.updated + own.deleted > 0 ? [[name, own] as const] : [];
        }),
      ),
      locks: new Set((locks as { object: string; mode: string }[]).map(({ object, mode }) => `${object}/${mode}`)),
      ...(refused ? { refused } : {}),
    };
  } finally {
    await client.query("ROLLBACK");
  }
}
