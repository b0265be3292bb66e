import type { AnalysisContext } from "../analysis-context.ts";
import { findRelation, qualified } from "../catalog.ts";
import { classifyQuery } from "../classify-expression.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { explain } from "../explain.ts";
import { describeReads, missing } from "../reads.ts";
import { deparse } from "../selection.ts";
import { tableReferences } from "../table-references.ts";
import { nameKey, nameOf, rangeName, type Node } from "../tree.ts";
import { describeWrites } from "../writes/several.ts";
import { isEnforced } from "./alteration.ts";
import { lookUpRelation } from "./named-index.ts";
import { lockPartitionKeys, readDefault } from "./partitions.ts";
import { isSerial, typeText } from "./object-address.ts";
import { lockNamed } from "./query-locks.ts";
import { relationFacts } from "./relation-facts.ts";
import { affect, affectRelation, creationSchema, fails, lock, lockAll, subject, withPartitions } from "./subject.ts";

/** Notes what is made. False when something of the name is there: an error, or with IF NOT EXISTS nothing at all. */
export async function make(
  context: AnalysisContext,
  range: Node,
  kind: string,
  ifNotExists: boolean,
  draft: DraftStatement,
): Promise<boolean> {
  const ref = rangeName(range);
  const schema = range.relpersistence === "t" ? "pg_temp" : creationSchema(context, ref);
  if (!schema.startsWith("pg_temp") && !context.catalog.schemas.includes(schema) && !context.after.writes)
    fails(draft, "3F000", `There is no schema "${schema}"`);
  const taken = await lookUpRelation(context, { schema, name: ref.name });
  if (taken) {
    if (!ifNotExists) fails(draft, "42P07", `${taken.name} exists already`);
    return false;
  }
  affect(draft, `${schema}.${ref.name}`, kind);
  return true;
}

/** CREATE TABLE and CREATE FOREIGN TABLE: what it refers to, inherits from, is a part of or is made like. */
export async function describeCreateTable(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const foreign = body.base !== undefined;
  const table: Node = body.base ?? body;
  if (!(await make(context, table.relation, foreign ? "foreign table" : "table", table.if_not_exists === true, draft))) return;
  for (const item of table.tableElts ?? []) {
    if (item.TableLikeClause) {
      const source = subject(context, item.TableLikeClause.relation, draft);
      if (source) lock(context, source.oid, "AccessShareLock", draft);
    }
    const list: Node[] = (item.ColumnDef?.constraints ?? []).map((inner: Node) => inner.Constraint);
    for (const constraint of [item.Constraint, ...list])
      if (constraint?.pktable) referTo(context, constraint.pktable, table, isEnforced(constraint, list), draft);
  }
  for (const constraint of (table.constraints ?? []).map((item: Node) => item.Constraint))
    if (constraint?.pktable) referTo(context, constraint.pktable, table, isEnforced(constraint), draft);
  if (table.ofTypename) {
    const type = await lookUpRelation(context, nameOf(table.ofTypename.names));
    if (type?.kind === "c") draft.locks.add(type.name, "AccessShareLock");
    else fails(draft, "42704", "There is no such composite type");
  }
  for (const item of table.inhRelations ?? []) await descend(context, table, item.RangeVar, draft);
  await checkColumns(context, table, draft);
}

/** Columns of one name, and types that are not there. */
async function checkColumns(context: AnalysisContext, table: Node, draft: DraftStatement): Promise<void> {
  const columns: Node[] = (table.tableElts ?? []).flatMap((item: Node) => item.ColumnDef ?? []);
  const seen = new Set<string>();
  for (const { colname } of columns) {
    if (seen.has(colname)) fails(draft, "42701", `The column "${colname}" is there twice`);
    seen.add(colname);
  }
  // An earlier statement of the text may make the type.
  if (context.after.writes) return;
  const types = columns.flatMap(({ typeName }) => (typeName && !typeName.pct_type && !isSerial(typeName) ? [typeText(typeName)] : []));
  const rows = await context.session.query("select t from unnest($1::text[]) t where to_regtype(t) is null", [types]);
  for (const row of rows) fails(draft, "42704", `There is no type ${row.t}`);
}

function referTo(context: AnalysisContext, range: Node, table: Node, enforced: boolean, draft: DraftStatement): void {
  const parent = findRelation(context.catalog, context.facts, rangeName(range));
  // A table may refer to itself before it is there.
  if (parent) {
    if (table.relation.relpersistence === "t" && !parent.schema.startsWith("pg_temp"))
      fails(draft, "42P16", "A temporary table may refer to temporary ones only");
    lockAll(context, withPartitions(context, parent.oid), "ShareRowExclusiveLock", draft);
    if (enforced) lock(context, parent.oid, "AccessShareLock", draft);
  } else if (range.relname !== rangeName(table.relation).name) missing(draft, nameKey(rangeName(range)));
}

/** INHERITS lets everything on the parent go on; PARTITION OF shuts it (DefineRelation in tablecmds.c). */
async function descend(context: AnalysisContext, table: Node, range: Node, draft: DraftStatement): Promise<void> {
  const parent = subject(context, range, draft);
  if (!parent) return;
  affectRelation(draft, parent);
  lock(context, parent.oid, table.partbound ? "AccessExclusiveLock" : "ShareUpdateExclusiveLock", draft);
  if (!table.partbound) return;
  if (parent.kind !== "p") return fails(draft, "42P17", `${qualified(parent)} is not partitioned`);
  const facts = (await relationFacts(context, [parent.oid])).get(parent.oid)!;
  if (table.partbound.is_default) {
    if (facts.defaultPartition !== 0) fails(draft, "42P17", "There is a default partition already");
  } else await readDefault(context, facts, draft);
  const keys = facts.constraints.filter((item) => item.type === "f" && item.enforced && !item.toPartition);
  lockPartitionKeys(context, facts, keys, draft);
}

/** CREATE TABLE AS, SELECT INTO and CREATE MATERIALIZED VIEW read like their query; WITH NO DATA only looks at the names. */
export async function describeCreateAs(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const kind = body.objtype === "OBJECT_MATVIEW" ? "materialized view" : "table";
  if (!(await make(context, body.into.rel, kind, body.if_not_exists === true, draft))) {
    // Its names are looked up all the same, before the one to be made is.
    if (body.query && !body.query.ExecuteStmt) lockNamed(context, body.query, draft, false);
    return;
  }
  if (body.query?.ExecuteStmt) {
    draft.incomplete = true;
    return;
  }
  if (body.into.skipData) return lockNamed(context, body.query, draft, false);
  const judged = context.judge.statement(body.query, classifyQuery(body.query));
  if (!judged.ownCode && judged.effect !== "unknown" && !context.after.meaning) {
    const text = deparse(body.query);
    const planned = text === undefined ? undefined : await explain(context.session, text);
    if (planned?.ok) draft.planned = planned.plan;
    else if (planned && !context.after.writes) fails(draft, planned.error.code, planned.error.message);
  }
  const references = tableReferences(body.query);
  describeReads(context, references, draft);
  const writes = references.filter((reference) => reference.statement);
  if (writes.length > 0) await describeWrites(context, body.query, writes, draft);
}
