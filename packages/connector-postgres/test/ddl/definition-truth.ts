import type { Client } from "pg";
import { REPORT_COUNTERS } from "../counters.ts";

/** What a definition really did, read from the catalogue of the transaction that made it; it is rolled back. */
export interface DefinitionTruth {
  /** Every lock on a relation that was there before, catalogues and TOAST left out; indexes apart. */
  locks: { object: string; mode: string }[];
  indexLocks: { object: string; mode: string }[];
  /** Names of all indexes there were. */
  indexes: Set<string>;
  /** Tables and materialised views that were there before and have a new file. */
  rewritten: Set<string>;
  /** Tables read from beginning to end at least once. */
  read: Set<string>;
  /** Objects that are gone, with those left out that went with a relation they belong to: `type identity`. */
  gone: Set<string>;
  /** Relations that were not there before. */
  made: Set<string>;
  refused?: { code: string; message: string };
}

const RELATIONS = `select c.oid::int8::text as oid, n.nspname || '.' || c.relname as name, c.relkind::text as kind, pg_relation_filenode(c.oid)::text as node
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid >= 16384 and n.nspname not in ('pg_toast', 'pg_catalog')`;
const LOCKS = `select l.relation::int8::text as oid, l.mode from pg_locks l where l.pid = pg_backend_pid() and l.locktype = 'relation'`;
const SCANS = `select relid::int8::text as oid, schemaname || '.' || relname as name, seq_scan::int as scans from pg_stat_xact_user_tables`;
const OBJECTS = `
with mine(class, oid) as (
  select d.classid, d.objid from pg_depend d where d.deptype in ('i', 'e')
)
select i.type || ' ' || i.identity as name, o.rel::int8::text as rel, o.own from (
  select 'pg_class'::regclass as class, c.oid, 0 as sub, coalesce(h.inhparent, c.oid) as rel, h.inhparent is null as own
    from pg_class c left join pg_inherits h on h.inhrelid = c.oid and c.relispartition where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all select 'pg_proc'::regclass, oid, 0, 0, false from pg_proc where ('pg_proc'::regclass, oid) not in (select * from mine)
  union all select 'pg_type'::regclass, t.oid, 0, t.oid, true from pg_type t left join pg_class c on c.oid = t.typrelid
    where t.typtype <> 'm' and t.typelem = 0 and (t.typrelid = 0 or c.relkind = 'c') and ('pg_type'::regclass, t.oid) not in (select * from mine)
  union all select 'pg_constraint'::regclass, k.oid, 0, case when k.conrelid <> 0 then k.conrelid else k.contypid end, false from pg_constraint k
    where k.contype not in ('t', 'n') and (k.conparentid = 0 or k.contype = 'c')
  union all select 'pg_trigger'::regclass, t.oid, 0, tgrelid, false from pg_trigger t where not tgisinternal and tgparentid = 0
  union all select 'pg_policy'::regclass, oid, 0, polrelid, false from pg_policy
  union all select 'pg_rewrite'::regclass, oid, 0, ev_class, false from pg_rewrite where rulename <> '_RETURN'
  union all select 'pg_attrdef'::regclass, d.oid, 0, d.adrelid, false from pg_attrdef d
  union all select 'pg_class'::regclass, a.attrelid, a.attnum, a.attrelid, false from pg_attribute a join pg_class c on c.oid = a.attrelid
    where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
  union all select 'pg_statistic_ext'::regclass, oid, 0, stxrelid, false from pg_statistic_ext
  union all select 'pg_namespace'::regclass, oid, 0, 0, false from pg_namespace where nspname !~ '^pg_'
  union all select 'pg_foreign_server'::regclass, oid, 0, 0, false from pg_foreign_server
  union all select 'pg_foreign_data_wrapper'::regclass, oid, 0, 0, false from pg_foreign_data_wrapper
  union all select 'pg_extension'::regclass, oid, 0, 0, false from pg_extension
  union all select 'pg_operator'::regclass, oid, 0, 0, false from pg_operator where ('pg_operator'::regclass, oid) not in (select * from mine)
  union all select 'pg_cast'::regclass, oid, 0, 0, false from pg_cast where ('pg_cast'::regclass, oid) not in (select * from mine)
  union all select 'pg_collation'::regclass, oid, 0, 0, false from pg_collation
  union all select 'pg_ts_config'::regclass, oid, 0, 0, false from pg_ts_config
  union all select 'pg_ts_dict'::regclass, oid, 0, 0, false from pg_ts_dict
  union all select 'pg_conversion'::regclass, oid, 0, 0, false from pg_conversion
  union all select 'pg_opclass'::regclass, oid, 0, 0, false from pg_opclass where ('pg_opclass'::regclass, oid) not in (select * from mine)
  union all select 'pg_publication'::regclass, oid, 0, 0, false from pg_publication
  union all select 'pg_class'::regclass, c.oid, 0, i.indrelid, false from pg_class c join pg_index i on i.indexrelid = c.oid
    where not c.relispartition and c.relnamespace <> 'pg_toast'::regnamespace
      and not exists (select from pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x'))
) o cross join lateral pg_identify_object(o.class, o.oid, o.sub) i where o.oid >= 16384`;

interface Before {
  relations: Map<string, { name: string; kind: string; node: string | null }>;
  objects: { name: string; rel: string; own: boolean }[];
}

/** What there is before every statement: nothing that is run stays. */
const known = new WeakMap<Client, Before>();

async function beforeAnything(client: Client): Promise<Before> {
  const before: Before = {
    relations: new Map((await client.query(RELATIONS)).rows.map(({ oid, ...rest }) => [oid, rest])),
    objects: (await client.query(OBJECTS)).rows,
  };
  known.set(client, before);
  return before;
}

/** Runs the statement for real and takes it back. */
export async function definitionTruth(client: Client, text: string): Promise<DefinitionTruth> {
  await client.query(REPORT_COUNTERS);
  await client.query("BEGIN");
  try {
    const { relations: before, objects } = known.get(client) ?? (await beforeAnything(client));
    const held = new Set((await client.query(LOCKS)).rows.map((row) => `${row.oid}/${row.mode}`));
    const scanned = new Map<string, number>((await client.query(SCANS)).rows.map((row) => [row.oid, row.scans]));
    const truth: DefinitionTruth = {
      locks: [],
      indexLocks: [],
      indexes: new Set([...before.values()].filter(({ kind }) => "iI".includes(kind)).map(({ name }) => name)),
      rewritten: new Set(),
      read: new Set(),
      gone: new Set(),
      made: new Set(),
    };
    try {
      await client.query(text);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      return { ...truth, refused: { code: code ?? "unknown", message } };
    }
    for (const { oid, name, scans } of (await client.query(SCANS)).rows) if (scans > (scanned.get(oid) ?? 0)) truth.read.add(name);
    for (const { oid, mode } of (await client.query(LOCKS)).rows) {
      const relation = before.get(oid);
      if (!relation || held.has(`${oid}/${mode}`) || relation.kind === "t") continue;
      ("iI".includes(relation.kind) ? truth.indexLocks : truth.locks).push({ object: relation.name, mode });
    }
    for (const { oid, name, kind, node } of (await client.query(RELATIONS)).rows) {
      const known = before.get(oid);
      if (!known && "rpvmfSc".includes(kind)) truth.made.add(name);
      if (known && "rm".includes(kind) && known.node !== node) truth.rewritten.add(known.name);
    }
    const left = (await client.query(OBJECTS)).rows as { name: string; rel: string; own: boolean }[];
    const after = new Set(left.map((row) => row.name));
    const stands = new Set(left.filter((row) => row.own).map((row) => row.rel));
    // What belonged to a relation that went, or is a partition of one, has gone with it.
    for (const { name, rel, own } of objects) if (!after.has(name) && (own || rel === "0" || stands.has(rel))) truth.gone.add(name);
    return truth;
  } finally {
    await client.query("ROLLBACK");
  }
}
