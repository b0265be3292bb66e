import type { AnalysisContext } from "../analysis-context.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { columnFacts, children, reached, rewrite, scan, type Alteration } from "./alteration.ts";
import { typeChange } from "./column-type.ts";
import { lockCompared, lockTriggered, type KeySides } from "./key-locks.ts";
import { lockSequences } from "./sequences.ts";
import { fails, lock, lockAll, missingColumn, withPartitions } from "./subject.ts";
import { holds } from "../versions.data.ts";

/** Types whose indexes sort alike: changing one into the other keeps them (CheckIndexCompatible in indexcmds.c). */
const ALIKE: readonly (readonly string[])[] = [
  ["text", "varchar"],
  ["inet", "cidr"],
];

/** What else reads the column and is not rebuilt with it (RememberAllDependentForRebuilding in tablecmds.c). */
const BOUND = `
select distinct d.classid::regclass::text as class from pg_depend d
where d.refclassid = 'pg_class'::regclass and d.refobjid = $1 and d.refobjsubid = $2 and d.deptype <> 'i' and (
  d.classid in ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_trigger'::regclass, 'pg_proc'::regclass, 'pg_publication_rel'::regclass)
  or d.classid = 'pg_class'::regclass and d.objid = $1 and d.objsubid > 0
  or d.classid = 'pg_attrdef'::regclass and exists (select from pg_attrdef a where a.oid = d.objid and a.adnum <> $2))`;
const WORDS: Record<string, string> = {
  pg_rewrite: "a view or rule",
  pg_policy: "a policy",
  pg_trigger: "a trigger",
  pg_proc: "a function",
  pg_publication_rel: "a publication",
  pg_attrdef: "a generated column",
  pg_class: "a generated column",
};

/** ALTER COLUMN TYPE: rewritten or not; else what must be checked or built again; and the tables on the other side of its keys. */
export async function retypeColumn(at: Alteration): Promise<void> {
  const { context, relation, facts, cmd, draft } = at;
  const column = columnFacts(facts, cmd.name);
  if (!column) return missingColumn(draft, relation, cmd.name);
  if (column.inherited) fails(draft, "42P16", `"${cmd.name}" is inherited`);
  if (at.only && children(at).length > 0) fails(draft, "42P16", "The type must be changed in the tables that inherit, too");
  if ([...at.all.values()].some((item) => item.partitionColumns.includes(columnFacts(item, cmd.name)?.attnum ?? -1)))
    fails(draft, "42P16", `The table is partitioned by "${cmd.name}"`);
  for (const row of await context.session.query(BOUND, [relation.oid, column.attnum]))
    fails(draft, codeOf(row.class, context.catalog.version), `"${cmd.name}" is used by ${WORDS[row.class]}`);
  // The sequence behind an identity gets the type as well (transformAlterTableStmt in parse_utilcmd.c).
  const counters = facts.sequences.filter((item) => item.identity && item.attnum === column.attnum).map((item) => item.oid);
  lockSequences(context, counters, "ShareRowExclusiveLock", draft);
  const { change, collation, base } = await typeChange(context, column, cmd.def?.ColumnDef ?? {});
  if (change === "refused") return fails(draft, "42804", `"${cmd.name}" cannot be cast without USING`);
  if (change === "unknown") draft.incomplete = true;
  const written = change !== "free" && column.generated !== "v";
  for (const oid of reached(at)) await lockRebuilt(at, oid, cmd.name);
  if (written) rewrite(at, reached(at));
  else
    scan(
      at,
      reached(at).filter((oid) => mustRead(at, oid, cmd.name, collation, base)),
    );
  await lockKeys(at, column.attnum, written);
}

const codeOf = (used: string, version: number): string =>
  used === "pg_class" && !holds("generatedColumnsByExpression", version) ? "42601" : "0A000";

/** Indexes and statistics over the column are defined anew, even where nothing of them is computed again (ATPostAlterTypeCleanup). */
async function lockRebuilt({ context, all, draft }: Alteration, oid: number, name: string): Promise<void> {
  const facts = all.get(oid)!;
  const attnum = columnFacts(facts, name)?.attnum;
  if (attnum === undefined) return;
  if (facts.indexes.some((index) => index.reads.includes(attnum) || index.columns.includes(attnum))) lock(context, oid, "ShareLock", draft);
  if (!holds("statisticsMadeAnew", context.catalog.version)) return;
  const [measured] = await context.session.query(
    `select from pg_depend where classid = 'pg_statistic_ext'::regclass and refclassid = 'pg_class'::regclass and refobjid = $1 and refobjsubid = $2 limit 1`,
    [oid, attnum],
  );
  if (measured) lock(context, oid, "ShareUpdateExclusiveLock", draft);
}

/** A check that reads the column is asked again; an index that would sort otherwise, or computes with it, is built again. */
function mustRead(at: Alteration, oid: number, name: string, collation: number, base: string): boolean {
  const facts = at.all.get(oid)!;
  const column = columnFacts(facts, name);
  if (!column) return false;
  if (facts.constraints.some((item) => item.type === "c" && item.enforced && item.validated && item.columns.includes(column.attnum)))
    return true;
  const before = at.context.catalog.relations.get(oid)?.columns.find((item) => item.name === name)?.type ?? "";
  const alike = column.collation === collation && sortsAlike(before, base);
  return facts.indexes.some((index) => {
    if (!index.reads.includes(column.attnum) && !index.columns.includes(column.attnum)) return false;
    return index.expression || index.partial || !alike;
  });
}

const WRITTEN: Record<string, string> = {
  "character varying": "varchar",
  integer: "int4",
  bigint: "int8",
  smallint: "int2",
  boolean: "bool",
  character: "bpchar",
};

function sortsAlike(before: string, after: string): boolean {
  const bare = before
    .replace(/\(.*\)/, "")
    .replace("timestamp with time zone", "timestamptz")
    .replace("timestamp without time zone", "timestamp");
  const known = WRITTEN[bare] ?? bare;
  return (
    known === after ||
    ALIKE.some((types) => types.includes(known) && types.includes(after)) ||
    !/^(?:int|oid|reg|bit|varbit|text|varchar|inet|cidr|timestamp)/.test(after)
  );
}

/** Keys over the column are dropped and made again: both sides are shut, and checked unless nothing was rewritten (ATPostAlterTypeCleanup). */
async function lockKeys(at: Alteration, attnum: number, written: boolean): Promise<void> {
  const { context, facts, draft } = at;
  const own = facts.oid;
  for (const key of facts.constraints.filter((item) => item.type === "f" && !item.toPartition && item.columns.includes(attnum))) {
    lockAll(context, withPartitions(context, key.parent), "AccessExclusiveLock", draft);
    lockRemade(context, { child: own, parent: key.parent }, key.enforced, written && key.validated, draft);
  }
  for (const key of facts.referencing.filter((item) => item.columns.includes(attnum))) {
    lockAll(context, withPartitions(context, key.child), "AccessExclusiveLock", draft);
    lockRemade(context, { child: key.child, parent: own }, key.enforced, written && key.validated, draft);
    if (written) scan(at, withPartitions(context, key.child));
  }
}

function lockRemade(context: AnalysisContext, sides: KeySides, enforced: boolean, compared: boolean, draft: DraftStatement): void {
  for (const side of enforced ? [sides.child, sides.parent] : [sides.parent])
    lockAll(context, withPartitions(context, side), "ShareRowExclusiveLock", draft);
  if (enforced) lockTriggered(context, sides, draft);
  if (enforced && compared) lockCompared(context, sides, draft);
}
