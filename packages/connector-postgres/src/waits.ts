import type { Lock, Statement } from "@interlock/protocol";
import type { AnalysisContext } from "./analysis-context.ts";
import { conflicts, MODES } from "./locks.ts";

type Wait = Statement["waits"][number];

/**
 * Who holds, or queues for, one of the locks ($1 relation, $2 mode): whoever comes later waits for both (ProcSleep in proc.c). A prepared
 * transaction keeps its locks without a session. Analysis of Interlock's own holds what reading holds, and not for long.
 */
const IN_THE_WAY = `
select w.object, l.mode, coalesce(l.pid, 0) as pid, coalesce(a.usename::text, p.owner::text, a.backend_type, '') as "user",
  case when p.gid is not null then 'PREPARE TRANSACTION ' || quote_literal(p.gid) else left(coalesce(a.query, ''), 200) end as query,
  to_char(make_interval(secs => greatest(0, extract(epoch from clock_timestamp() - coalesce(a.xact_start, p.prepared))::float8)), 'HH24:MI:SS') as age,
  case when not l.granted then pg_blocking_pids(l.pid) end as behind
from pg_locks l join pg_class c on c.oid = l.relation join pg_namespace n on n.oid = c.relnamespace
join unnest($1::text[], $2::text[]) as w (object, mode) on w.object = n.nspname || '.' || c.relname and w.mode = l.mode
left join pg_stat_activity a on a.pid = l.pid left join pg_locks x on l.pid is null and x.pid is null
  and x.locktype = 'transactionid' and x.virtualtransaction = l.virtualtransaction left join pg_prepared_xacts p on p.transaction = x.transactionid
where l.locktype = 'relation' and l.pid is distinct from pg_backend_pid() and l.database = (select oid from pg_database where datname = current_database())
  and not (coalesce(a.application_name, '') = 'interlock:analysis' and l.mode = 'AccessShareLock')
order by coalesce(a.xact_start, p.prepared) nulls last, l.granted desc, l.pid limit 200`;

/** What the server shows instead of a query to a role that is neither its owner nor reads all statistics. */
const HIDDEN = "<insufficient privilege>";

export interface Waits {
  waits: Wait[];
  /** What could not be told of them. */
  notes: string[];
}

/** Who would keep the statement waiting right now. */
export async function currentWaits(context: AnalysisContext, locks: readonly Lock[]): Promise<Waits> {
  const pairs = locks.flatMap(({ object, mode }) => MODES.filter((held) => conflicts(mode, held)).map((held) => `${held} ${object}`));
  if (pairs.length === 0) return { waits: [], notes: [] };
  const asked = [...new Set(pairs)].map((pair) => [pair.slice(0, pair.indexOf(" ")), pair.slice(pair.indexOf(" ") + 1)] as const);
  const rows = await context.session.query(IN_THE_WAY, [asked.map(([, object]) => object), asked.map(([mode]) => mode)]);
  const waits = new Map<string, Wait>();
  let hidden = 0;
  for (const row of rows) {
    // The strongest that collides is what the statement waits with; locks stand in that order.
    const lock = locks.find((one) => one.object === row.object && conflicts(one.mode, row.mode));
    const key = `${row.object}/${row.pid}/${row.query}`;
    if (!lock || waits.has(key)) continue;
    const secret = row.query === HIDDEN;
    if (secret) hidden++;
    const told = secret ? { age: "", query: "" } : { age: row.age ?? "", query: row.query };
    const behind: number[] = (row.behind ?? []).filter((pid: number) => pid > 0);
    waits.set(key, {
      object: lock.object,
      mode: lock.mode,
      blockedBy: { pid: row.pid, user: row.user, ...told, ...(row.behind ? { behind } : {}) },
    });
  }
  const notes =
    hidden > 0
      ? [`What the sessions run that are in the way, and since when, is not shown to ${context.facts.role}: that takes pg_read_all_stats`]
      : [];
  return { waits: [...waits.values()], notes };
}
