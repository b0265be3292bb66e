import type { AnalysisContext } from "../analysis-context.ts";
import { family, findRelation, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { missing } from "../reads.ts";
import { nameKey, rangeName, type Node } from "../tree.ts";
import { findIndex, lookUpRelation } from "./named-index.ts";
import {
  addTo,
  affect,
  affectRelation,
  columnOf,
  fails,
  holdingRows,
  lock,
  lockAll,
  missingColumn,
  needPartitionKey,
  subject,
  withPartitions,
  writeAnew,
} from "./subject.ts";
import { holds } from "../versions.data.ts";

/** CREATE INDEX: writers wait, or with CONCURRENTLY other definitions only; every table that holds rows is read whole. */
export async function describeCreateIndex(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const relation = subject(context, body.relation, draft);
  if (!relation) return;
  if (!"rpm".includes(relation.kind)) fails(draft, "42809", `${qualified(relation)} holds no rows of its own`);
  if (body.concurrent && relation.kind === "p") fails(draft, "0A000", "An index over all partitions cannot be made concurrently");
  lock(context, relation.oid, body.concurrent ? "ShareUpdateExclusiveLock" : "ShareLock", draft);
  affectRelation(draft, relation);
  if (body.idxname) {
    const taken = await lookUpRelation(context, { schema: relation.schema, name: body.idxname });
    if (taken && !body.if_not_exists) fails(draft, "42P07", `${taken.name} exists already`);
    if (taken) return;
  }
  for (const item of body.indexParams ?? [])
    if (item.IndexElem?.name && !columnOf(relation, item.IndexElem.name)) missingColumn(draft, relation, item.IndexElem.name);
  const all = body.relation.inh === true ? withPartitions(context, relation.oid) : [relation.oid];
  if (body.unique)
    needPartitionKey(
      context,
      relation,
      (body.indexParams ?? []).map((item: Node) => item.IndexElem?.name),
      draft,
    );
  if (!body.concurrent) lockAll(context, all, "ShareLock", draft);
  addTo(draft.scans, holdingRows(context, all));
}

const option = (body: Node, name: string): boolean => {
  const found = (body.params ?? body.options ?? []).find((item: Node) => item.DefElem?.defname === name)?.DefElem;
  return (
    found !== undefined &&
    !["false", "off", "0"].includes(String(found.arg?.String?.sval ?? found.arg?.Boolean?.boolval ?? "true").toLowerCase())
  );
};

/** REINDEX: writers of each table wait while its indexes are built; with CONCURRENTLY nobody but other definitions does. */
export async function describeReindex(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const concurrent = option(body, "concurrently") || body.concurrent === true;
  const mode = concurrent ? "ShareUpdateExclusiveLock" : "ShareLock";
  const build = (oids: readonly number[]): void => {
    lockAll(context, oids, mode, draft);
    const indexed = new Set(context.catalog.indexes.map((index) => index.table));
    addTo(
      draft.scans,
      holdingRows(
        context,
        oids.filter((oid) => indexed.has(oid)),
      ),
    );
    // Planning opens every index of a table, so that readers wait for one that is being built.
    for (const index of context.catalog.indexes) {
      const table = context.catalog.relations.get(index.table);
      if (table && table.kind !== "p" && oids.includes(table.oid) && body.kind !== "REINDEX_OBJECT_INDEX")
        draft.locks.add(`${table.schema}.${index.name}`, concurrent ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock");
    }
  };
  if (body.kind === "REINDEX_OBJECT_INDEX") {
    const index = await findIndex(context, rangeName(body.relation), draft);
    if (!index) return;
    affect(draft, index.name, "index", "modify");
    draft.locks.add(index.name, concurrent ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock");
    return build(withPartitions(context, index.table));
  }
  if (body.kind === "REINDEX_OBJECT_TABLE") {
    const relation = subject(context, body.relation, draft);
    if (!relation) return;
    affectRelation(draft, relation, "modify");
    return build(withPartitions(context, relation.oid));
  }
  // System catalogues are rebuilt one by one, too: what that holds up is no table a person knows.
  const inside = [...context.catalog.relations.values()].filter(
    (item) => "rm".includes(item.kind) && !item.system && (body.kind !== "REINDEX_OBJECT_SCHEMA" || item.schema === body.name),
  );
  if (body.kind === "REINDEX_OBJECT_SCHEMA" && !context.catalog.schemas.includes(body.name))
    fails(draft, "3F000", `There is no schema "${body.name}"`);
  affect(draft, body.name ?? context.catalog.database, body.kind === "REINDEX_OBJECT_SCHEMA" ? "schema" : "database", "modify");
  if (body.kind !== "REINDEX_OBJECT_SYSTEM") build(inside.map((item) => item.oid));
}

/** CLUSTER writes a table anew in the order of an index, shut for all. Without a table: every one that was clustered before. */
export async function describeCluster(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  if (!body.relation) {
    const rows = await context.session.query(
      "select indrelid::int8::text as oid from pg_index i join pg_class c on c.oid = i.indrelid where i.indisclustered and c.oid >= 16384",
    );
    for (const row of rows) cluster(context, Number(row.oid), draft);
    return;
  }
  const relation = subject(context, body.relation, draft);
  if (!relation) return;
  if (relation.kind === "p" && !holds("clusterOfPartitions", context.catalog.version))
    return fails(
      draft,
      "0A000",
      `${qualified(relation)} stores nothing itself; before PostgreSQL 15 its partitions are clustered one by one`,
    );
  if (body.indexname) {
    const index = await findIndex(context, { schema: relation.schema, name: body.indexname }, draft, "object");
    if (index) {
      // Opened as part of the table to see whether it can give an order.
      draft.locks.add(index.name, "AccessShareLock");
      draft.locks.add(index.name, "AccessExclusiveLock");
    }
  } else {
    const [row] = await context.session.query("select from pg_index where indrelid = $1 and indisclustered", [relation.oid]);
    if (!row) fails(draft, "42704", `${qualified(relation)} was not clustered before`);
  }
  for (const oid of withPartitions(context, relation.oid)) cluster(context, oid, draft);
}

function cluster(context: AnalysisContext, oid: number, draft: DraftStatement): void {
  const relation = context.catalog.relations.get(oid);
  if (!relation) return;
  lock(context, oid, "AccessExclusiveLock", draft);
  affectRelation(draft, relation, "modify");
  writeAnew(context, [oid], draft);
}

/** VACUUM and ANALYZE keep other definitions away and nobody else; VACUUM FULL writes each table anew, shut for all. */
export async function describeVacuum(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const full = body.is_vacuumcmd === true && option(body, "full");
  for (const oid of vacuumed(context, body, draft)) {
    const relation = context.catalog.relations.get(oid)!;
    // What stores nothing is passed over with a word of warning (analyze_rel and vacuum_rel).
    if (!"rpmf".includes(relation.kind)) continue;
    affectRelation(draft, relation, "modify");
    lock(context, oid, full ? "AccessExclusiveLock" : "ShareUpdateExclusiveLock", draft);
    if (body.is_vacuumcmd !== true || option(body, "analyze")) lockSampled(context, oid, draft);
    if (full) writeAnew(context, [oid], draft);
  }
}

/** Rows of what inherits are sampled for the figures of the table above (acquire_inherited_sample_rows in analyze.c). */
function lockSampled(context: AnalysisContext, oid: number, draft: DraftStatement): void {
  const below = family(context.catalog, oid).slice(1);
  const holding = below.filter((item) => context.catalog.relations.get(item)?.kind === "r");
  lockAll(context, holding, "AccessShareLock", draft);
}

function vacuumed(context: AnalysisContext, body: Node, draft: DraftStatement): number[] {
  const { catalog, facts } = context;
  const rels: Node[] = (body.rels ?? []).map((item: Node) => item.VacuumRelation);
  if (rels.length === 0)
    return [...catalog.relations.values()].filter((item) => "rpm".includes(item.kind) && !item.system).map((item) => item.oid);
  return rels.flatMap(({ relation: range }) => {
    const relation: CatalogRelation | undefined = findRelation(catalog, facts, rangeName(range));
    if (!relation) {
      missing(draft, nameKey(rangeName(range)));
      return [];
    }
    const all = family(catalog, relation.oid);
    // Since 18 what inherits is looked after, too, unless ONLY is written; before that partitions alone (expand_vacuum_rel).
    if (range.inh === true && (holds("maintenanceOfFamily", catalog.version) || relation.kind === "p")) return all;
    return [relation.oid];
  });
}
