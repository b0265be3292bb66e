import { createHash } from "node:crypto";
import type { Resolution } from "@interlock/connector";
import { quoteIdent, type Query } from "./query.ts";
import { mentionedNames } from "./resolve-names.ts";
import type { NameRef } from "./tree.ts";

/**
 * Names resolved as the session itself would, in one round trip. A relation is its OID with what hangs on it that changes what a
 * statement does: its definition if it is a view, its columns, triggers, rules, policies, checks and foreign keys on either side. Where a text
 * reaches code, all code of the database counts: what a function calls stands in its body only, and nowhere in the catalogue.
 */
const RESOLVE = `
with recursive type_marks as (
  -- What a type of one's own means beyond its OID: labels of an enum, attributes of a row, default and checks of a domain.
  select t.oid, concat_ws(',', t.typdefault, t.typnotnull, t.typbasetype,
    (select string_agg(concat_ws(':', e.enumlabel, e.enumsortorder), ',' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
    (select string_agg(concat_ws(':', b.attname, b.atttypid, b.atttypmod), ',' order by b.attnum) from pg_attribute b
       where t.typtype = 'c' and b.attrelid = t.typrelid and b.attnum > 0 and not b.attisdropped),
    (select string_agg(pg_get_constraintdef(k.oid), ',' order by k.oid) from pg_constraint k where k.contypid = t.oid)) as typmark
  from pg_type t where t.oid >= 16384
    and (t.typtype in ('e', 'd') or t.typtype = 'c' and exists (select from pg_class r where r.oid = t.typrelid and r.relkind = 'c'))
), named as (
  select distinct c.oid from unnest($1::text[]) as r(ident) join pg_class c on c.oid = to_regclass(r.ident)
), reached as (
  select oid from named
  union
  select e.oid from reached r cross join lateral (
    select d.refobjid as oid from pg_rewrite w join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
      and d.refclassid = 'pg_class'::regclass where w.ev_class = r.oid and r.oid >= 16384
    union all select k.conrelid from pg_constraint k where k.confrelid = r.oid and k.contype = 'f'
    union all select i.inhrelid from pg_inherits i where i.inhparent = r.oid
  ) e
), relations as (
  select format('%I.%I=%s:%s@%s', n.nspname, c.relname,
    case c.relkind when 'r' then 'table' when 'p' then 'partitioned' when 'v' then 'view' when 'm' then 'materialized' when 'f' then 'foreign'
      when 'S' then 'sequence' when 'i' then 'index' when 'I' then 'index' else c.relkind::text end, c.oid::int8,
    case when c.oid < 16384 then '0' else md5(concat_ws('/', c.relrowsecurity, c.relforcerowsecurity, c.relowner,
      (select string_agg(concat_ws(',', a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated, a.attidentity, a.attcollation, pg_get_expr(d.adbin, d.adrelid),
          (select y.typmark from type_marks y where y.oid = a.atttypid)), ';' order by a.attnum)
         from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
      (select string_agg(concat_ws(',', t.oid, t.tgenabled, t.tgtype, t.tgfoid, p.prosecdef, p.prosrc), ';' order by t.oid)
         from pg_trigger t join pg_proc p on p.oid = t.tgfoid where t.tgrelid = c.oid and not t.tgisinternal),
      (select concat_ws(',', q.seqstart, q.seqincrement, q.seqmax, q.seqmin, q.seqcycle) from pg_sequence q where q.seqrelid = c.oid),
      (select string_agg(concat(w.ev_enabled, pg_get_ruledef(w.oid)), ';' order by w.oid) from pg_rewrite w where w.ev_class = c.oid),
      (select string_agg(concat_ws(',', l.oid, l.polcmd, l.polroles, pg_get_expr(l.polqual, l.polrelid), pg_get_expr(l.polwithcheck, l.polrelid)), ';' order by l.oid)
         from pg_policy l where l.polrelid = c.oid),
      (select string_agg(concat_ws(',', k.oid, k.confdeltype, k.confupdtype), ';' order by k.oid) from pg_constraint k
         where k.contype = 'f' and (k.conrelid = c.oid or k.confrelid = c.oid)),
      (select string_agg(pg_get_constraintdef(k.oid), ';' order by k.oid) from pg_constraint k where k.contype = 'c' and k.conrelid = c.oid))) end) as line
  from reached r join pg_class c on c.oid = r.oid join pg_namespace n on n.oid = c.relnamespace
), functions as (
  select format('%I.%I=function:%s@%s', n.nspname, p.proname, p.oid::int8,
    md5(concat_ws('/', pg_get_function_identity_arguments(p.oid), p.provolatile, p.prosecdef, p.proconfig::text, p.proowner, p.prolang, p.prosrc, p.probin, to_jsonb(p)->>'prosqlbody'))) as line
  from unnest($2::text[], $3::text[]) as f(schema, name)
  join pg_proc p on p.proname = f.name::name join pg_namespace n on n.oid = p.pronamespace
  where p.oid >= 16384 and (f.schema = n.nspname or f.schema is null and n.nspname = any(current_schemas(true)))
), types as (
  select format('%I.%I=type:%s@%s', n.nspname, t.typname, t.oid::int8, md5(coalesce((select y.typmark from type_marks y where y.oid = t.oid), ''))) as line
  from unnest($4::text[]) as y(ident) join pg_type t on t.oid = to_regtype(y.ident) join pg_namespace n on n.oid = t.typnamespace where t.oid >= 16384
), operators as (
  select format('%I.%s=operator:%s@%s', n.nspname, o.oprname, o.oid::int8, o.oprcode::oid::int8) as line
  from unnest($5::text[], $6::text[]) as x(schema, name)
  join pg_operator o on o.oprname = x.name::name join pg_namespace n on n.oid = o.oprnamespace
  where o.oid >= 16384 and (x.schema = n.nspname or x.schema is null and n.nspname = any(current_schemas(true)))
), parts as (
  select 'pg_class'::regclass as class, i.indexrelid as oid from reached r join pg_index i on i.indrelid = r.oid
  union all select 'pg_attrdef'::regclass, a.oid from reached r join pg_attrdef a on a.adrelid = r.oid
  union all select 'pg_constraint'::regclass, k.oid from reached r join pg_constraint k on k.conrelid = r.oid
  union all select 'pg_constraint'::regclass, k.oid from reached r join pg_attribute a on a.attrelid = r.oid join pg_constraint k on k.contypid = a.atttypid
  union all select 'pg_policy'::regclass, l.oid from reached r join pg_policy l on l.polrelid = r.oid
  union all select 'pg_rewrite'::regclass, w.oid from reached r join pg_rewrite w on w.ev_class = r.oid
), code as (
  select format('~code=functions:%s', md5(string_agg(concat_ws('/', p.oid, p.provolatile, p.prosecdef, p.proconfig::text, p.proowner, p.prosrc, to_jsonb(p)->>'prosqlbody'), ';' order by p.oid))) as line
  from pg_proc p where p.oid >= 16384 and p.pronamespace not in (select n.oid from pg_namespace n where starts_with(n.nspname, 'pg_temp_'))
    and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    and (exists (select from functions) or exists (select from operators)
      or exists (select from reached r join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal)
      or exists (select from parts x join pg_depend d on d.classid = x.class and d.objid = x.oid and d.refobjid >= 16384
        and d.refclassid in ('pg_proc'::regclass, 'pg_operator'::regclass)))
  having count(*) > 0
), definitions as (
  -- What a body names stands nowhere in the catalogue either: where code is reached, every view, key, check, trigger and default counts.
  select format('~code=definitions:%s', md5(string_agg(concat_ws(':', d.class, d.oid, d.mark), ';' order by d.class, d.oid))) as line
  from (select 1 as class, oid, concat(xmin, ctid) as mark from pg_rewrite where oid >= 16384
    union all select 2, oid, concat(xmin, ctid) as mark from pg_constraint where oid >= 16384
    union all select 3, oid, concat(xmin, ctid) as mark from pg_trigger where oid >= 16384
    union all select 4, oid, concat(xmin, ctid) as mark from pg_attrdef where oid >= 16384
    union all select 5, oid, concat(xmin, ctid) as mark from pg_policy where oid >= 16384) d
  where exists (select from code)
  having count(*) > 0
), event_triggers as (
  select format('~event triggers=%s', md5(string_agg(concat_ws(',', v.oid, v.evtevent, v.evtenabled, v.evttags::text, v.evtfoid, p.prosrc), ';' order by v.oid))) as line
  from pg_event_trigger v join pg_proc p on p.oid = v.evtfoid where v.evtenabled <> 'D'
  having count(*) > 0
), schemas as (
  select format('%I=schema:%s', n.nspname, n.oid::int8) as line from pg_namespace n where n.nspname = any($7::name[])
), roles as (
  select format('%I=role:%s', r.rolname, r.oid::int8) as line from pg_roles r where r.rolname = any($8::name[])
)
select current_database() as database, current_user::text as role, session_user::text as session_role,
  current_schemas(true)::text as schemas, current_setting('search_path') as search_path,
  current_setting('standard_conforming_strings') as standard_conforming_strings, current_setting('session_replication_role') as replication_role,
  current_setting('row_security') as row_security, current_setting('TimeZone') as time_zone, current_setting('DateStyle') as date_style,
  (select d.oid::int8::text from pg_database d where d.datname = current_database()) as database_oid,
  array(select line from relations union select line from functions union select line from types union select line from operators
    union select line from code union select line from definitions union select line from event_triggers union select line from schemas union select line from roles) as targets`;

/** What the names in a text stand for in the session behind `query`, which must be the session, or one like it, that will run the text. */
export async function resolveText(text: string, query: Query): Promise<Resolution> {
  const names = mentionedNames(text);
  const idents = (refs: NameRef[]) => refs.map((ref) => (ref.schema ? `${quoteIdent(ref.schema)}.` : "") + quoteIdent(ref.name));
  const [row] = await query(RESOLVE, [
    idents(names.relations),
    names.functions.map((ref) => ref.schema ?? null),
    names.functions.map((ref) => ref.name),
    idents(names.types),
    names.operators.map((ref) => ref.schema ?? null),
    names.operators.map((ref) => ref.name),
    names.schemas,
    names.roles,
  ]);
  const { database, role, targets, ...rest } = row!;
  const settings: Record<string, string> = {};
  for (const key of Object.keys(rest).sort()) settings[key] = String(rest[key]);
  // Long texts reach many relations; the digest needs their identity, people need only the first.
  return { database, role, targets: compact([...new Set<string>(targets)].sort()), settings };
}

const MOST_TARGETS = 500;

function compact(lines: string[]): string[] {
  if (lines.length <= MOST_TARGETS) return lines;
  const rest = createHash("sha256").update(lines.slice(MOST_TARGETS).join("\n")).digest("hex");
  return [...lines.slice(0, MOST_TARGETS), `~ and ${lines.length - MOST_TARGETS} more=sha256:${rest}`].sort();
}
