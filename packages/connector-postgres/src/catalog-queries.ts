import { holds } from "./versions.data.ts";

/** Changes whenever anything is created, altered, dropped or analysed; a few milliseconds on thousands of objects. */
export const MARK = `
select concat_ws('|', current_database(),
  (select concat(count(*), ',', sum(xmin::text::int8), ',', sum(reltuples), ',', sum(relpages)) from pg_class where oid >= 16384),
  (select concat(count(*), ',', sum(xmin::text::int8)) from pg_attribute where attrelid >= 16384 and attnum > 0),
  (select concat(count(*), ',', sum(xmin::text::int8)) from pg_constraint where oid >= 16384),
  (select concat(count(*), ',', sum(xmin::text::int8)) from pg_trigger),
  (select concat(count(*), ',', sum(xmin::text::int8)) from pg_proc where oid >= 16384),
  (select concat(count(*), ',', sum(xmin::text::int8)) from pg_rewrite where oid >= 16384),
  (select concat(count(*), ',', sum(xmin::text::int8)) from pg_policy),
  (select concat(count(*), ',', sum(xmin::text::int8)) from pg_event_trigger),
  (select concat(count(*), ',', sum(xmin::text::int8)) from pg_inherits),
  (select concat(count(*), ',', sum(xmin::text::int8)) from pg_index where indexrelid >= 16384),
  (select concat(count(*), ',', sum(xmin::text::int8)) from pg_type where oid >= 16384),
  (select concat(count(*), ',', sum(xmin::text::int8)) from pg_cast where oid >= 16384),
  (select concat(count(*), ',', sum(xmin::text::int8)) from pg_operator where oid >= 16384),
  (select concat(count(*), ',', sum(xmin::text::int8)) from pg_namespace)) as mark`;

export const SESSION = `
select current_user::text as role, to_json(current_schemas(true)) as path, current_setting('server_version_num')::int as version,
  current_database() as database, current_setting('standard_conforming_strings') = 'on' as alike, pg_is_in_recovery() as standby,
  (select coalesce(json_agg(c.oid::int8), '[]') from pg_class c where c.relrowsecurity and not row_security_active(c.oid)) as unpoliced`;

/**
 * Relations that somebody has to himself, or waits to, with views and functions made of them: the server's own functions that print
 * definitions lock what they print (AcquireRewriteLocks in pg_get_viewdef, and pg_get_expr since 17), and would wait.
 */
export const HELD = `
with held as materialized (
  select distinct relation as oid from pg_locks where locktype = 'relation' and mode = 'AccessExclusiveLock' and pid is distinct from pg_backend_pid()
    and relation >= 16384 and database = (select oid from pg_database where datname = current_database()))
select coalesce((select json_agg(oid::int8) from (select oid from held
    union select r.ev_class from pg_depend d join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
      where d.refclassid = 'pg_class'::regclass and d.refobjid in (select oid from held)) q), '[]') as relations,
  coalesce((select json_agg(distinct d.objid::int8) from pg_depend d
    where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid in (select oid from held)), '[]') as functions`;

/** Asks for no definition of the relations in $1. */
export const RELATIONS = `
select c.oid::int8 as oid, n.nspname as schema, c.relname as name, c.relkind::text as kind, c.reltuples::float8 as tuples, c.relpages as pages,
  c.relrowsecurity as row_security, c.relispartition as partition,
  c.relispartition and exists (select from pg_partitioned_table t where t.partdefid = c.oid) as default_partition, c.oid < 16384 as system,
  (select to_json(string_to_array(t.partattrs::text, ' ')::int[]) from pg_partitioned_table t where t.partrelid = c.oid) as partition_key,
  case when c.relkind in ('v', 'm') and c.oid >= 16384 and c.oid <> all($1::oid[]) then pg_get_viewdef(c.oid) end as definition,
  exists (select from pg_options_to_table(c.reloptions) o where c.relkind = 'v' and o.option_name = 'security_invoker' and lower(o.option_value) in ('true', 'on', 'yes', '1', 't', 'y')) as invoker,
  case when c.oid < 16384 and c.relkind not in ('r', 'v') then null else
    (select json_agg(json_build_array(a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.atttypid::int8, a.attnotnull,
        case when a.atthasdef and c.oid <> all($1::oid[]) then pg_get_expr(d.adbin, d.adrelid) end, a.attgenerated <> '', a.attidentity <> '') order by a.attnum)
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) end as columns
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname !~ '^pg_toast' and not pg_is_other_temp_schema(n.oid)`;

/** RI_FKey_check_ins and RI_FKey_check_upd (pg_proc.dat): a key's triggers on the table that refers; the others are on the one referred to. */
const CHECKS = "1644, 1645";

/** Everything about a database of a server of this version that impact needs, in one row; no definition of the relations in $1 and functions in $2. */
export const factsQuery = (version: number): string => `
select
  (select json_agg(json_build_object('oid', oid::int8, 'name', conname, 'child', conrelid::int8, 'parent', confrelid::int8, 'childColumns', conkey,
      'parentColumns', confkey, 'onDelete', confdeltype, 'onUpdate', confupdtype, 'deferrable', condeferrable,
      'setColumns', coalesce(nullif(to_jsonb(k)->'confdelsetcols', 'null'), '[]'), 'temporal', coalesce(to_jsonb(k)->>'conperiod' = 'true', false), 'enforced', coalesce(to_jsonb(k)->>'conenforced' <> 'false', true),
      'acts', not exists (select from pg_trigger g where g.tgconstraint = k.oid and g.tgenabled not in ('O', 'A') and g.tgfoid not in (${CHECKS})),
      'checks', not exists (select from pg_trigger g where g.tgconstraint = k.oid and g.tgenabled not in ('O', 'A') and g.tgfoid in (${CHECKS})),
      'nullShare', coalesce((select max(s.null_frac) from pg_class t join pg_namespace n on n.oid = t.relnamespace join pg_attribute a on a.attrelid = t.oid
        join pg_stats s on s.schemaname = n.nspname and s.tablename = t.relname and s.attname = a.attname and s.inherited = (t.relkind = 'p')
        where t.oid = k.conrelid and a.attnum = any(k.conkey)), 0)) order by oid)
    from pg_constraint k where contype = 'f' and conparentid = 0) as foreign_keys,
  (select json_agg(json_build_object('oid', i.indexrelid::int8, 'table', i.indrelid::int8, 'name', c.relname, 'columns', string_to_array(i.indkey::text, ' ')::int[],
      'unique', i.indisunique, 'primary', i.indisprimary, 'keyColumns', i.indnkeyatts, 'valid', i.indisvalid, 'immediate', i.indimmediate, 'partial', i.indpred is not null,
      'special', i.indisexclusion or coalesce((to_jsonb(i)->>'indnullsnotdistinct')::boolean, false)))
    from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid >= 16384) as indexes,
  (select json_agg(json_build_object('table', tgrelid::int8, 'name', tgname, 'function', tgfoid::int8, 'type', tgtype, 'columns', string_to_array(nullif(tgattr::text, ''), ' ')::int[],
      'conditional', tgqual is not null,
      'arguments', case when tgnargs > 0 then string_to_array(encode(tgargs, 'escape'), chr(92) || '000') end, 'oldTable', tgoldtable, 'newTable', tgnewtable) order by tgname)
    from pg_trigger where not tgisinternal and tgparentid = 0 and tgenabled in ('O', 'A')) as triggers,
  (select json_agg(json_build_object('oid', p.oid::int8, 'schema', n.nspname, 'name', p.proname, 'volatility', p.provolatile, 'definer', p.prosecdef,
      'language', l.lanname, 'source', case when p.oid = any($2::oid[]) then '(' else coalesce(p.prosrc, '') end,
      'sqlBody', ${holds("sqlBodies", version) ? "case when p.oid <> all($2::oid[]) then pg_get_function_sqlbody(p.oid) end" : "null"},
      'extension', (select x.extname from pg_depend d join pg_extension x on x.oid = d.refobjid and d.refclassid = 'pg_extension'::regclass
        where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'),
      'signature', '(' || coalesce(pg_get_function_arguments(p.oid), '') || ')' || coalesce(' returns ' || pg_get_function_result(p.oid), ''),
      'returnsTrigger', p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype), 'aggregate', p.prokind = 'a',
      'rowArgument', p.pronargs - p.pronargdefaults <= 1 and p.pronargs > 0 and exists (select from pg_type t where t.oid = p.proargtypes[0]
        and (t.typtype in ('c', 'p') or t.typtype = 'd')), 'parts', (select to_jsonb(array(select f.fn::int8 from unnest(array[g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.aggserialfn, g.aggdeserialfn, g.aggmtransfn,
        g.aggminvtransfn, g.aggmfinalfn]::oid[]) f (fn) where f.fn >= 16384)) from pg_aggregate g where g.aggfnoid = p.oid),
      'superuserOwned', coalesce((select r.rolsuper from pg_roles r where r.oid = p.proowner), false),
      'settings', coalesce(to_jsonb(array(select split_part(setting, '=', 1) from unnest(p.proconfig) setting)), '[]')))
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang where p.oid >= 16384) as functions,
  (select json_agg(json_build_array(ev_class::int8, json_build_object('oid', oid::int8, 'name', rulename, 'event', case ev_type when '2' then 'update' when '3' then 'insert' else 'delete' end,
      'definition', case when ev_class <> all($1::oid[]) then pg_get_ruledef(oid) else '' end)) order by rulename)
    from pg_rewrite where oid >= 16384 and ev_type <> '1' and ev_enabled in ('O', 'A')) as rules,
  (select json_agg(json_build_array(polrelid::int8, coalesce(pg_get_expr(polqual, polrelid), 'true'), coalesce(pg_get_expr(polwithcheck, polrelid), 'true'), polcmd::text,
      polroles = '{0}' or exists (select from unnest(polroles) r where pg_has_role(r, 'USAGE')))) from pg_policy
    where polrelid <> all($1::oid[])) as policies,
  (select json_agg(json_build_array(inhparent::int8, inhrelid::int8)) from pg_inherits i where inhparent >= 16384
    and exists (select from pg_class c where c.oid = i.inhrelid and c.relkind in ('r', 'p', 'f'))) as inherits,
  (select json_agg(json_build_object('name', evtname, 'function', evtfoid::int8)) from pg_event_trigger where evtenabled in ('O', 'A')) as event_triggers,
  (select json_agg(json_build_array(oprname, oprcode::oid::int8)) from pg_operator where oid >= 16384) as operators,
  (select json_agg(json_build_array(oid::int8, name, fn::int8, read, relation::int8)) from (
    with recursive made_of as materialized (
      select t.typelem as part, t.oid as whole from pg_type t where t.typelem <> 0
      union all select t.typbasetype, t.oid from pg_type t where t.typbasetype <> 0
      union all select a.atttypid, c.reltype from pg_attribute a join pg_class c on c.oid = a.attrelid where c.oid >= 16384 and c.reltype <> 0 and a.attnum > 0
    ), reached as materialized (
      select d.classid, d.objid, d.refobjid as fn from pg_depend d where d.refclassid = 'pg_proc'::regclass and d.refobjid >= 16384
      union all select d.classid, d.objid, o.oprcode from pg_depend d join pg_operator o on d.refclassid = 'pg_operator'::regclass and o.oid = d.refobjid
        where d.refobjid >= 16384
    ), coded as (
      select x.oid, k.castfunc as fn, true as read from pg_cast k cross join lateral (values (k.castsource), (k.casttarget)) x (oid)
        where k.castfunc >= 16384 and (x.oid >= 16384 or greatest(k.castsource, k.casttarget) < 16384)
      union select t.oid, f.fn, true from pg_type t cross join lateral (values (t.typinput::oid), (t.typoutput::oid), (t.typreceive::oid), (t.typsend::oid)) f (fn)
        where t.oid >= 16384 and t.typtype = 'b' and t.typelem = 0 and f.fn >= 16384
      union select k.contypid, r.fn, false from reached r join pg_constraint k on r.classid = 'pg_constraint'::regclass and r.objid = k.oid where k.contypid <> 0
      union select t.oid, r.fn, false from reached r join pg_type t on r.classid = 'pg_type'::regclass and r.objid = t.oid and t.typtype = 'd'
      union select y.oid, f.fn, false from pg_range g cross join lateral (values (g.rngcanonical::oid), (g.rngsubdiff::oid)) f (fn)
        cross join lateral (values (g.rngtypid), ((to_jsonb(g)->>'rngmultitypid')::oid)) y (oid) where f.fn >= 16384 and y.oid is not null
      union select e.whole, c.fn, c.read from coded c join made_of e on e.part = c.oid
    ) select c.oid, t.typname as name, c.fn, c.read, t.typrelid as relation from coded c join pg_type t on t.oid = c.oid) x) as coded_types,
  (select json_agg(nspname order by nspname) from pg_namespace where nspname !~ '^pg_(toast|temp)') as schemas,
  (select json_agg(json_build_array(rel, fn)) from (
    select distinct rel::int8 as rel, fn::int8 as fn from (
      select w.ev_class as rel, d.refobjid as fn from pg_depend d join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
        where d.refclassid = 'pg_proc'::regclass and d.refobjid >= 16384
      union select a.adrelid, d.refobjid from pg_depend d join pg_attrdef a on d.classid = 'pg_attrdef'::regclass and a.oid = d.objid
        where d.refclassid = 'pg_proc'::regclass and d.refobjid >= 16384
      union select k.conrelid, d.refobjid from pg_depend d join pg_constraint k on d.classid = 'pg_constraint'::regclass and k.oid = d.objid
        where d.refclassid = 'pg_proc'::regclass and d.refobjid >= 16384 and k.conrelid <> 0
      union select p.polrelid, d.refobjid from pg_depend d join pg_policy p on d.classid = 'pg_policy'::regclass and p.oid = d.objid
        where d.refclassid = 'pg_proc'::regclass and d.refobjid >= 16384
      union select coalesce(i.indrelid, d.objid), d.refobjid from pg_depend d left join pg_index i on i.indexrelid = d.objid
        where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_proc'::regclass and d.refobjid >= 16384
      union select s.stxrelid, d.refobjid from pg_depend d join pg_statistic_ext s on d.classid = 'pg_statistic_ext'::regclass and s.oid = d.objid
        where d.refclassid = 'pg_proc'::regclass and d.refobjid >= 16384
      union select g.tgrelid, d.refobjid from pg_depend d join pg_trigger g on d.classid = 'pg_trigger'::regclass and g.oid = d.objid
        where d.refclassid = 'pg_proc'::regclass and d.refobjid >= 16384 and d.refobjid <> g.tgfoid
      union select coalesce(w.ev_class, a.adrelid, nullif(k.conrelid, 0), p.polrelid, i.indrelid, s.stxrelid, g.tgrelid, d.objid), o.oprcode
        from pg_depend d join pg_operator o on o.oid = d.refobjid
        left join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
        left join pg_attrdef a on d.classid = 'pg_attrdef'::regclass and a.oid = d.objid
        left join pg_constraint k on d.classid = 'pg_constraint'::regclass and k.oid = d.objid
        left join pg_policy p on d.classid = 'pg_policy'::regclass and p.oid = d.objid
        left join pg_index i on d.classid = 'pg_class'::regclass and i.indexrelid = d.objid
        left join pg_statistic_ext s on d.classid = 'pg_statistic_ext'::regclass and s.oid = d.objid
        left join pg_trigger g on d.classid = 'pg_trigger'::regclass and g.oid = d.objid
        where d.refclassid = 'pg_operator'::regclass and d.refobjid >= 16384
      union select a.attrelid, d.refobjid from pg_attribute a join pg_type t on t.oid = a.atttypid and t.typtype = 'd' join pg_constraint k on k.contypid = t.oid
        join pg_depend d on d.classid = 'pg_constraint'::regclass and d.objid = k.oid and d.refclassid = 'pg_proc'::regclass and d.refobjid >= 16384
    ) r) y) as function_reach,
  (select json_agg(json_build_array(rel, target)) from (
    select distinct w.ev_class::int8 as rel, d.refobjid::int8 as target from pg_depend d join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
      where d.refclassid = 'pg_class'::regclass and d.refobjid <> w.ev_class and w.oid >= 16384 and w.ev_type = '1') z) as relation_reach,
  (select json_agg(json_build_array(tab, att, seq)) from (
    select d.refobjid::int8 as tab, d.refobjsubid as att, d.objid::int8 as seq from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
      where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype = 'i'
    union select a.adrelid::int8, a.adnum, d.refobjid::int8 from pg_depend d join pg_attrdef a on d.classid = 'pg_attrdef'::regclass and a.oid = d.objid
      join pg_class s on s.oid = d.refobjid and s.relkind = 'S' where d.refclassid = 'pg_class'::regclass) q) as sequences`;
