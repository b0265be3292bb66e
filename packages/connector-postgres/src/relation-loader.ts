import { quoteIdent, type Query } from "./query.ts";
import { nameKey, type NameRef } from "./tree.ts";

export interface LoadedColumn {
  name: string;
  attnum: number;
  typeOid: number;
  /** Expression of a generated column, as the server prints it. */
  generated?: string;
}

export interface LoadedRelation {
  oid: number;
  schema: string;
  name: string;
  /** pg_class.relkind: r table, p partitioned, v view, m materialised, f foreign, S sequence, c composite, i index. */
  kind: string;
  columns: LoadedColumn[];
  /** Definition of a view or materialised view, without the closing semicolon. */
  definition?: string;
  /** `schema.name` of every table above and below it in inheritance: their stored values are the same values. */
  family: string[];
  /** Whether a row trigger may change rows before they are stored, or store others instead. */
  beforeTriggers: boolean;
  /** Rules may return something else for what is written to it. */
  ruled: boolean;
  /** Temporary, or made or renamed by this very transaction: its columns hold what the text put there, under names of the text's own. */
  ownMaking: boolean;
}

const LOAD = `
select c.oid::int8::text as oid, n.nspname as schema, c.relname as name, c.relkind::text as kind, r.key,
  case when c.relkind in ('v','m') then pg_get_viewdef(c.oid) end as definition,
  -- Through a view rows are written to what it is made of, through a table to its parts.
  (with recursive below as (select c.oid
      union select o.oid from below b cross join lateral (
        select d.refobjid as oid from pg_rewrite w join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
          and d.refclassid = 'pg_class'::regclass where w.ev_class = b.oid and w.ev_type = '1' and c.oid >= 16384
        union all select i.inhrelid from pg_inherits i where i.inhparent = b.oid) o)
    select json_build_object('before', coalesce(bool_or(exists (select from pg_trigger t where t.tgrelid = b.oid and not t.tgisinternal and (t.tgtype & 3 = 3 or t.tgtype & 64 <> 0))), false),
      'ruled', coalesce(bool_or(exists (select from pg_rewrite w where w.ev_class = b.oid and w.ev_type <> '1')), false)) from below b) as rewriting,
  (select coalesce(json_agg(json_build_object('name', a.attname, 'attnum', a.attnum, 'typeOid', a.atttypid::int8,
      'generated', case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end) order by a.attnum), '[]')
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
  (with recursive up as (select inhparent as oid from pg_inherits where inhrelid = c.oid
      union select i.inhparent from pg_inherits i join up on i.inhrelid = up.oid),
    down as (select inhrelid as oid from pg_inherits where inhparent = c.oid
      union select i.inhrelid from pg_inherits i join down on i.inhparent = down.oid)
    select coalesce(json_agg(fn.nspname || '.' || f.relname), '[]') from (select oid from up union select oid from down) o
      join pg_class f on f.oid = o.oid join pg_namespace fn on fn.oid = f.relnamespace) as family,
  -- Rows of the catalogue since our transaction has an id, those of its savepoints included (and, to be safe, those of others since then).
  c.relpersistence = 't' or exists (select from (
      select c.xmin union all select n.xmin union all select a.xmin from pg_attribute a where a.attrelid = c.oid and a.attnum > 0) made
    where age(made.xmin) <= age(pg_current_xact_id_if_assigned()::xid)) as own_making
from unnest($1::text[], $2::text[]) as r(key, ident)
join pg_class c on c.oid = to_regclass(r.ident)
join pg_namespace n on n.oid = c.relnamespace`;

/**
 * Relations by the names a text uses, resolved by the session itself (its own search_path). Names that stand for nothing are absent.
 */
export async function loadRelations(refs: readonly NameRef[], query: Query): Promise<Map<string, LoadedRelation>> {
  const unique = new Map(refs.map((ref) => [nameKey(ref), ref]));
  const found = new Map<string, LoadedRelation>();
  if (unique.size === 0) return found;
  const idents = [...unique.values()].map((ref) =>
    ref.schema ? `${quoteIdent(ref.schema)}.${quoteIdent(ref.name)}` : quoteIdent(ref.name),
  );
  for (const row of await query(LOAD, [[...unique.keys()], idents])) {
    found.set(row.key, {
      oid: Number(row.oid),
      schema: row.schema,
      name: row.name,
      kind: row.kind,
      columns: (row.columns as (LoadedColumn & { generated: string | null })[]).map(({ generated, ...column }) =>
        generated === null ? column : { ...column, generated },
      ),
      ...(row.definition ? { definition: (row.definition as string).replace(/;\s*$/, "") } : {}),
      family: row.family,
      beforeTriggers: row.rewriting.before,
      ruled: row.rewriting.ruled,
      ownMaking: row.own_making,
    });
  }
  return found;
}
