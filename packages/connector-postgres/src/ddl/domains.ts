import type { AnalysisContext } from "../analysis-context.ts";
import type { DraftStatement } from "../draft-statement.ts";
import type { Node } from "../tree.ts";
import { objectAddress } from "./object-address.ts";
import { addTo, affect, fails, holdingRows, lockAll } from "./subject.ts";

/**
 * Tables with a column of the domain or of a domain over it, and whether a value of it sits inside something else (an array, a composite,
 * a range): then its checks cannot be compared with the rows (get_rels_with_domain in typecmds.c).
 */
const USES = `
with recursive domain(oid) as (select $1::oid union select t.oid from pg_type t join domain d on t.typbasetype = d.oid),
inside(oid) as (
  select t.oid from pg_type t join domain d on t.typelem = d.oid and t.typcategory = 'A'
  union select r.rngtypid from pg_range r join domain d on r.rngsubtype = d.oid
  union select c.reltype from pg_attribute a join domain d on a.atttypid = d.oid join pg_class c on c.oid = a.attrelid where c.relkind = 'c' and not a.attisdropped
  union select e.oid from inside i cross join lateral (
    select t.oid from pg_type t where t.typelem = i.oid and t.typcategory = 'A' or t.typbasetype = i.oid
    union all select c.reltype from pg_attribute a join pg_class c on c.oid = a.attrelid where a.atttypid = i.oid and c.relkind = 'c') e
)
select (select coalesce(json_agg(distinct a.attrelid::int8), '[]') from pg_attribute a join pg_class c on c.oid = a.attrelid
    where a.atttypid in (select oid from domain) and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'm')) as tables,
  exists (select from pg_attribute a join pg_class c on c.oid = a.attrelid where a.atttypid in (select oid from inside) and c.relkind in ('r', 'p', 'm')
    and not a.attisdropped) as inside,
  (select typnotnull from pg_type where oid = $1) as "notNull"`;

/** ALTER DOMAIN: a new check or NOT NULL reads every table that uses the domain while their writers wait. */
export async function describeAlterDomain(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const address = await objectAddress(context, "OBJECT_DOMAIN", { TypeName: { names: body.typeName } }, draft);
  if (!address) return;
  affect(draft, address.identity, "domain");
  const [uses] = await context.session.query(USES, [address.oid]);
  const constraint: Node = body.def?.Constraint ?? {};
  if ((body.subtype === "X" || body.subtype === "V") && !(await named(context, address.oid, body.name)) && !body.missing_ok)
    return fails(draft, "42704", `The domain has no constraint "${body.name}"`);
  const notNull = body.subtype === "O" || (body.subtype === "C" && constraint.contype === "CONSTR_NOTNULL");
  const reads = notNull ? !uses!.notNull : body.subtype === "V" || (body.subtype === "C" && constraint.skip_validation !== true);
  if (!reads) return;
  if (uses!.inside) fails(draft, "0A000", "Values of the domain are stored inside other types");
  lockAll(context, uses!.tables, "ShareLock", draft);
  addTo(draft.scans, holdingRows(context, uses!.tables));
}

async function named({ session }: AnalysisContext, domain: number, name: string): Promise<boolean> {
  return (await session.query("select from pg_constraint where contypid = $1 and conname = $2", [domain, name])).length > 0;
}
