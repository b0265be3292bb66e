import type { Lock, Statement } from "@interlock/protocol";
import type { AnalysisContext } from "./analysis-context.ts";
import { conflicts } from "./locks.ts";

/** Sessions that hold or already queue for a lock on one of the relations. Ages are the transaction's, e.g. `00:03:12`. */
const HELD = `
select n.nspname || '.' || c.relname as object, l.mode, l.granted, l.pid, coalesce(a.usename::text, '') as usename, left(coalesce(a.query, ''), 200) as query,
  to_char(coalesce(clock_timestamp() - a.xact_start, interval '0'), 'HH24:MI:SS') as age
from pg_locks l join pg_class c on c.oid = l.relation join pg_namespace n on n.oid = c.relnamespace
left join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'relation' and l.pid <> pg_backend_pid() and l.database = (select oid from pg_database where datname = current_database())
  and coalesce(a.application_name, '') <> 'interlock:analysis' and n.nspname || '.' || c.relname = any($1::text[])
order by a.xact_start nulls last limit 200`;

/** Who would keep the statement waiting right now. */
export async function currentWaits(context: AnalysisContext, locks: readonly Lock[]): Promise<Statement["waits"]> {
  if (locks.length === 0) return [];
  const rows = await context.session.query(HELD, [[...new Set(locks.map((lock) => lock.object))]]);
  const waits = new Map<string, Statement["waits"][number]>();
  for (const row of rows) {
    const lock = locks.find((candidate) => candidate.object === row.object && conflicts(candidate.mode, row.mode));
    if (!lock) continue;
    waits.set(`${row.object}/${row.pid}`, {
      object: lock.object,
      mode: lock.mode,
      blockedBy: { pid: row.pid, age: row.age, user: row.usename, query: row.query },
    });
  }
  return [...waits.values()];
}
