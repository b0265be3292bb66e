import type { AnalysisContext } from "../analysis-context.ts";
import { nameOf, names, type Node } from "../tree.ts";
import { typeText } from "./object-address.ts";
import type { ColumnFacts } from "./relation-facts.ts";

/** What a change of a column's type does to the stored values. */
export type TypeChange = "free" | "rewrite" | "refused" | "unknown";

export interface TypeFacts {
  oid: number;
  kind: string;
  /** Below all domains. */
  base: number;
  baseName: string;
  /** Of the base, as a domain sets it; -1 for none. */
  typmod: number;
  /** A domain whose values are checked. */
  constrained: boolean;
  array: boolean;
  text: boolean;
  collation: number;
}

const TYPE = `
with recursive chain(oid, base, typmod, constrained) as (
  select t.oid, t.typbasetype, t.typtypmod, t.typnotnull or exists (select from pg_constraint k where k.contypid = t.oid)
    from pg_type t where t.oid = coalesce(to_regtype($1), $2::oid)
  union all
  select t.oid, t.typbasetype, case when c.typmod >= 0 then c.typmod else t.typtypmod end,
    c.constrained or t.typnotnull or exists (select from pg_constraint k where k.contypid = t.oid and k.contype in ('c', 'n'))
    from chain c join pg_type t on t.oid = c.base
)
select (select oid from chain limit 1)::int8::text as oid, b.typtype::text as kind, b.oid::int8::text as base, b.typname::text as "baseName", c.typmod, c.constrained,
  b.typcategory = 'A' and b.typelem <> 0 as array, b.typcategory = 'S' as text, b.typcollation::int8::text as collation
from chain c join pg_type b on b.oid = c.oid where c.base = 0`;
const CAST = `select castmethod::text as method, castcontext::text as context, castfunc::int8::text as fn from pg_cast where castsource = $1 and casttarget = $2`;

export async function typeFacts({ session }: AnalysisContext, text: string | null, oid: number): Promise<TypeFacts | undefined> {
  const [row] = await session.query(TYPE, [text, oid]);
  if (!row) return undefined;
  return { ...row, oid: Number(row.oid), base: Number(row.base), collation: Number(row.collation) } as TypeFacts;
}

/** A value's type on its way; `length` is undefined where nothing is known of it. */
interface Step {
  facts: TypeFacts;
  length: number[] | undefined;
}

/**
 * Whether ALTER COLUMN TYPE touches rows, as ATColumnChangeRequiresRewrite in tablecmds.c: casts without a function, lengths that only
 * grow (the support functions of varchar, varbit, numeric, times), domains without checks, and the two timestamps under a time zone
 * that is UTC. Answers the collation the column gets, too.
 */
export async function typeChange(
  context: AnalysisContext,
  column: ColumnFacts,
  def: Node,
): Promise<{ change: TypeChange; collation: number; base: string }> {
  const wanted: Node | undefined = def.typeName;
  const target = wanted && !wanted.pct_type ? await typeFacts(context, typeText(wanted), 0) : undefined;
  const source = await typeFacts(context, null, column.type);
  if (!target || !source) return { change: "unknown", collation: column.collation, base: "" };
  const named = def.collClause ? await collation(context, def.collClause) : target.collation;
  const settled = (change: TypeChange) => ({ change, collation: named, base: target.baseName });
  const casts = def.raw_default ? castsOf(def.raw_default, column.name) : [];
  if (casts === undefined) return settled("rewrite");
  let step: Step = { facts: source, length: column.type === source.base ? lengthOf(source.baseName, column.typmod) : undefined };
  for (const cast of casts) {
    const facts = await typeFacts(context, typeText(cast), 0);
    if (!facts) return settled("unknown");
    const made = await coerce(context, step, facts, cast, true);
    if (typeof made === "string") return settled(made);
    step = made;
  }
  const made = await coerce(context, step, target, wanted, casts.length > 0 || def.raw_default !== undefined);
  return settled(typeof made === "string" ? made : "free");
}

/** The types an expression casts the column to, innermost first; undefined when it is more than casts of the column. */
function castsOf(expression: Node, column: string): Node[] | undefined {
  if (expression.TypeCast) {
    const inner = castsOf(expression.TypeCast.arg, column);
    return inner && [...inner, expression.TypeCast.typeName];
  }
  const fields = expression.ColumnRef ? names(expression.ColumnRef.fields) : [];
  return fields.at(-1) === column ? [] : undefined;
}

async function coerce(
  context: AnalysisContext,
  from: Step,
  to: TypeFacts,
  named: Node | undefined,
  explicit: boolean,
): Promise<Step | TypeChange> {
  const domain = to.oid !== to.base;
  const length = domain ? lengthOf(to.baseName, to.typmod) : namedLength(named);
  if (from.facts.oid === to.oid && domain) return { facts: to, length: undefined };
  if (domain && to.constrained) return "rewrite";
  let known = from.length;
  if (from.facts.base !== to.base) {
    const [cast] = await context.session.query(CAST, [from.facts.base, to.base]);
    if (!cast) return explicit || to.text || (from.facts.array && to.array) ? "rewrite" : "refused";
    if (cast.context === "e" && !explicit) return "refused";
    if (cast.method !== "b" && !(await betweenTimestamps(context, cast.fn))) return "rewrite";
    known = undefined;
  }
  if (!lengthKept(to.baseName, to.array, known, length)) return "rewrite";
  return { facts: domain ? { ...to } : to, length: domain ? undefined : length };
}

/** timestamptz → timestamp and back (OIDs in pg_proc.dat) keep their bits when the session's time zone never leaves UTC. */
async function betweenTimestamps({ session }: AnalysisContext, fn: string): Promise<boolean> {
  if (fn !== "2027" && fn !== "2028") return false;
  const [row] = await session.query("select current_setting('TimeZone') as zone");
  return /^(?:(?:Etc\/)?(?:UTC|UCT|GMT|GMT[+-]?0|Greenwich|Universal|Zulu))$/i.test(row!.zone);
}

async function collation({ session }: AnalysisContext, clause: Node): Promise<number> {
  const ref = nameOf(clause.collname);
  const [row] = await session.query(
    "select c.oid::int8::text as oid from pg_collation c join pg_namespace n on n.oid = c.collnamespace where c.collname = $1 and ($2::text is null or n.nspname = $2) order by pg_collation_is_visible(c.oid) desc limit 1",
    [ref.name, ref.schema ?? null],
  );
  return Number(row?.oid ?? -1);
}

/** Modifiers as they are written, from pg_attribute.atttypmod (the typmodin functions of each type). */
function lengthOf(type: string, typmod: number): number[] | undefined {
  if (typmod < 0) return undefined;
  if (type === "varchar" || type === "bpchar" || type === "_varchar" || type === "_bpchar") return [typmod - 4];
  if (type === "numeric") return [((typmod - 4) >> 16) & 0xffff, (((typmod - 4) & 0x7ff) ^ 1024) - 1024];
  if (type === "interval") return [(typmod >> 16) & 0x7fff, ...((typmod & 0xffff) === 0xffff ? [] : [typmod & 0xffff])];
  return [typmod];
}

function namedLength(type: Node | undefined): number[] | undefined {
  const values: number[] = (type?.typmods ?? []).map((item: Node) => item.A_Const?.ival?.ival ?? 0);
  return values.length > 0 ? values : undefined;
}

const TIMES = new Set(["time", "timetz", "timestamp", "timestamptz"]);
/** More digits of a second are not kept. */
const FINEST = 6;

function lengthKept(type: string, array: boolean, from: number[] | undefined, to: number[] | undefined): boolean {
  if (to === undefined) return true;
  if (from !== undefined && from.length === to.length && from.every((value, at) => value === to[at])) return true;
  if (array) return false;
  if (TIMES.has(type)) return to[0]! >= FINEST || (from !== undefined && to[0]! >= from[0]!);
  if (type === "interval")
    return to[0] === 0x7fff && (to.length === 1 || to[1]! >= FINEST || (from?.[1] !== undefined && to[1]! >= from[1]));
  if (from === undefined) return false;
  if (type === "varchar" || type === "varbit") return to[0]! >= from[0]!;
  if (type === "numeric") return (to[1] ?? 0) === (from[1] ?? 0) && to[0]! >= from[0]!;
  return false;
}
