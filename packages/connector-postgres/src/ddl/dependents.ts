import type { AnalysisContext } from "../analysis-context.ts";

/** One object that goes when others are dropped. */
export interface Gone {
  class: string;
  oid: number;
  sub: number;
  /** The server's word and name, e.g. `table constraint`, `items_order on app.items`. */
  type: string;
  identity: string;
  /** Named by the statement itself. */
  named: boolean;
  /** Goes without CASCADE: it is a part of something that goes. */
  quiet: boolean;
  /** An inner part that nobody made by name (a rule of a view, a row type, a member of an extension). */
  inner: boolean;
  /** Relation that is locked to take it away; 0 for none. */
  table: number;
  /** pg_class.relkind of the object itself when it is a relation. */
  kind?: string;
  /** `schema.name` of the relation that it, or the column, is. */
  relation?: string;
  /** Part of a partitioned table's object: charged to that. */
  part: boolean;
}

/**
 * What goes with the given objects, by pg_depend as findDependentObjects in dependency.c walks it: everything that depends on one that
 * goes; and what is an inner part of something else takes that along (a rule its view). Objects are addressed by class, OID and column.
 */
const GONE = `
with recursive gone(classid, objid, objsubid, named, deptype) as (
  select c, o, s, true, 'o'::text from unnest($1::oid[], $2::oid[], $3::int[]) as t(c, o, s)
  union
  select e.classid, e.objid, e.objsubid, false, e.deptype from gone g cross join lateral (
    select d.classid, d.objid, d.objsubid, d.deptype::text from pg_depend d
      where d.refclassid = g.classid and d.refobjid = g.objid and (g.objsubid = 0 or d.refobjsubid = g.objsubid) and d.deptype <> 'p'
    union all
    select d.refclassid, d.refobjid, d.refobjsubid, 'r' from pg_depend d
      where not g.named and g.deptype in ('n', 'r') and d.classid = g.classid and d.objid = g.objid and (g.objsubid = 0 or d.objsubid = g.objsubid)
        and d.deptype in ('i', 'e') and d.refclassid <> 'pg_namespace'::regclass
  ) e
), object as (
  select classid, objid, objsubid, bool_or(named) as named, bool_or(deptype not in ('n', 'r')) as quiet, bool_and(deptype in ('i', 'e', 'P', 'S')) as inner
  from gone group by 1, 2, 3
)
select o.classid::regclass::text as class, o.objid::int8::text as oid, o.objsubid as sub, o.named, o.quiet,
  o.inner or coalesce(t.tgisinternal or t.tgparentid <> 0, false) or coalesce(w.rulename = '_RETURN', false) or coalesce(k.contype = 'n', false)
    or coalesce(y.typelem <> 0 and y.typcategory = 'A' or y.typtype = 'm', false) as inner,
  i.type, i.identity, c.relkind::text as kind,
  (select n.nspname || '.' || c.relname from pg_namespace n where n.oid = c.relnamespace) as relation, coalesce(c.relispartition, false) or coalesce(k.conparentid <> 0, false)
    or coalesce(k.coninhcount > 0 and exists (select from pg_class kc where kc.oid = k.conrelid and kc.relispartition), false) as part,
  coalesce(case when o.classid = 'pg_class'::regclass and c.relkind not in ('i', 'I') then c.oid end, x.indrelid, k.conrelid, t.tgrelid, p.polrelid,
    w.ev_class, a.adrelid, s.stxrelid, 0)::int8::text as "table"
from object o cross join lateral pg_identify_object(o.classid, o.objid, o.objsubid) i
left join pg_class c on o.classid = 'pg_class'::regclass and c.oid = o.objid
left join pg_index x on o.classid = 'pg_class'::regclass and x.indexrelid = o.objid
left join pg_constraint k on o.classid = 'pg_constraint'::regclass and k.oid = o.objid
left join pg_trigger t on o.classid = 'pg_trigger'::regclass and t.oid = o.objid
left join pg_policy p on o.classid = 'pg_policy'::regclass and p.oid = o.objid
left join pg_rewrite w on o.classid = 'pg_rewrite'::regclass and w.oid = o.objid
left join pg_attrdef a on o.classid = 'pg_attrdef'::regclass and a.oid = o.objid
left join pg_statistic_ext s on o.classid = 'pg_statistic_ext'::regclass and s.oid = o.objid
left join pg_type y on o.classid = 'pg_type'::regclass and y.oid = o.objid
order by o.classid, o.objid, o.objsubid`;

export interface Address {
  classid: number;
  oid: number;
  sub: number;
}

export async function dependents({ session }: AnalysisContext, roots: readonly Address[]): Promise<Gone[]> {
  if (roots.length === 0) return [];
  const rows = await session.query(GONE, [roots.map((root) => root.classid), roots.map((root) => root.oid), roots.map((root) => root.sub)]);
  const whole = new Set(rows.filter((row) => row.class === "pg_class" && row.sub === 0).map((row) => row.oid));
  return rows
    .filter((row) => !(row.class === "pg_class" && row.sub > 0 && whole.has(row.oid)))
    .map((row) => ({ ...row, oid: Number(row.oid), table: Number(row.table) }) as Gone);
}

/** OIDs of catalogues, the same in every version (pg_class.dat and the headers of the catalogues). */
export const CLASSES = { pg_class: 1259, pg_constraint: 2606 } as const;

const REQUIRED = `
select i.type || ' ' || i.identity as owner from pg_depend d cross join lateral pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) i
where d.deptype in ('i', 'e', 'P') and (d.classid, d.objid) in (select c, o from unnest($1::oid[], $2::oid[]) as t(c, o))
  and (d.refclassid, d.refobjid) not in (select c, o from unnest($1::oid[], $2::oid[]) as t(c, o)) limit 1`;

/** What the given objects are inner parts of: they cannot be dropped by themselves, CASCADE or not. */
export async function requiredBy({ session }: AnalysisContext, roots: readonly Address[]): Promise<string | undefined> {
  if (roots.length === 0) return undefined;
  const [row] = await session.query(REQUIRED, [roots.map((root) => root.classid), roots.map((root) => root.oid)]);
  return row?.owner;
}
