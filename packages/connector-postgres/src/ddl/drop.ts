import type { AnalysisContext } from "../analysis-context.ts";
import { family, findRelation, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { kindWord } from "../relation-kind.ts";
import { missing } from "../reads.ts";
import { nameKey, nameOf, type Node } from "../tree.ts";
import { CLASSES, dependents, requiredBy, type Address, type Gone } from "./dependents.ts";
import { findIndex } from "./named-index.ts";
import { objectAddress } from "./object-address.ts";
import { relationFacts } from "./relation-facts.ts";
import { affect, fails, lock, lockAll } from "./subject.ts";
import { wholeTable } from "./truncate.ts";

/** Kinds of relations DROP names, with the relkinds that are of that kind (dropmsgstringarray in tablecmds.c). */
const RELATION_KINDS: Record<string, string> = {
  OBJECT_TABLE: "rp",
  OBJECT_VIEW: "v",
  OBJECT_MATVIEW: "m",
  OBJECT_SEQUENCE: "S",
  OBJECT_FOREIGN_TABLE: "f",
};

/** Parts of a relation, which is opened to find them (get_object_address_relobject in objectaddress.c). */
const PARTS = new Set(["OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY"]);

/** Objects below are needed by the server itself (FirstUnpinnedObjectId in transam.h). */
const FIRST_UNPINNED = 12_000;

/** Inner bookkeeping that nobody knows as an object. */
const BOOKKEEPING = new Set(["pg_amop", "pg_amproc", "pg_publication_rel", "pg_publication_namespace", "pg_init_privs", "pg_default_acl"]);

/** DROP of anything but roles, databases, tablespaces, user mappings and subscriptions, with what CASCADE takes along. */
export async function describeDrop(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const roots: Address[] = [];
  for (const object of body.objects ?? []) {
    const root = await addressed(context, body, object, draft);
    if (root) roots.push(root);
  }
  await takeAway(context, roots, body.behavior === "DROP_CASCADE", draft);
}

async function addressed(context: AnalysisContext, body: Node, object: Node, draft: DraftStatement): Promise<Address | undefined> {
  const kinds = RELATION_KINDS[body.removeType];
  if (kinds !== undefined) {
    const ref = nameOf(object.List?.items);
    const relation = findRelation(context.catalog, context.facts, ref);
    if (!relation && !body.missing_ok) missing(draft, nameKey(ref));
    if (relation && !kinds.includes(relation.kind)) fails(draft, "42809", `${qualified(relation)} is a ${kindWord(relation.kind)}`);
    return relation && { classid: CLASSES.pg_class, oid: relation.oid, sub: 0 };
  }
  if (body.removeType === "OBJECT_INDEX") {
    const index = await findIndex(context, nameOf(object.List?.items), draft, body.missing_ok === true ? "fine" : "object");
    if (!index) return undefined;
    // The last step of DROP INDEX CONCURRENTLY takes the index itself away from everybody (index_drop in index.c).
    draft.locks.add(index.name, "AccessExclusiveLock");
    if (body.concurrent) lock(context, index.table, "ShareUpdateExclusiveLock", draft);
    // Partitions are shut even where they have no part of the index (RangeVarCallbackForDropRelation in tablecmds.c).
    else lockAll(context, index.partitioned ? family(context.catalog, index.table) : [index.table], "AccessExclusiveLock", draft);
    if (body.concurrent) affect(draft, index.name, "index");
    return body.concurrent ? undefined : { classid: CLASSES.pg_class, oid: index.oid, sub: 0 };
  }
  const address = await objectAddress(context, body.removeType, object, draft, body.missing_ok === true);
  if (address && PARTS.has(body.removeType)) {
    const table = findRelation(context.catalog, context.facts, nameOf(object.List?.items?.slice(0, -1)));
    if (table) lock(context, table.oid, "AccessShareLock", draft);
  }
  if (address && body.removeType === "OBJECT_DOMAIN") {
    const [domain] = await context.session.query("select from pg_type where oid = $1 and typtype = 'd'", [address.oid]);
    if (!domain) fails(draft, "42809", `${address.identity} is no domain`);
  }
  return address;
}

/** Says what goes with the given objects: effects and locks; without CASCADE, what forbids it. Answers what goes. */
export async function takeAway(
  context: AnalysisContext,
  roots: readonly Address[],
  cascade: boolean,
  draft: DraftStatement,
): Promise<Gone[]> {
  if (roots.some((root) => root.oid < FIRST_UNPINNED)) fails(draft, "2BP01", "It is a part of PostgreSQL itself");
  const owner = await requiredBy(context, roots);
  if (owner) fails(draft, "2BP01", `It is a part of ${owner}`);
  const gone = await dependents(context, roots);
  const blocking = gone.filter((item) => !item.named && !item.quiet && !item.inner).map((item) => `${item.type} ${item.identity}`);
  if (!cascade && blocking.length > 0)
    fails(draft, "2BP01", `It is needed by ${blocking.slice(0, 5).join(", ")}${blocking.length > 5 ? " and others" : ""}`);
  const listed = cascade || blocking.length === 0 ? gone : gone.filter((item) => item.named);
  await lockGone(context, listed, draft);
  await affectGone(context, listed, draft);
  return listed;
}

async function lockGone(context: AnalysisContext, gone: readonly Gone[], draft: DraftStatement): Promise<void> {
  const partitions = new Set<number>();
  for (const item of gone) {
    if (item.kind === "c") draft.locks.add(item.relation!, "AccessExclusiveLock");
    lock(context, item.table, item.class === "pg_statistic_ext" ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock", draft);
    const relation = item.class === "pg_class" && item.sub === 0 ? context.catalog.relations.get(item.oid) : undefined;
    if (relation?.partition) for (const parent of context.catalog.parents.get(relation.oid) ?? []) partitions.add(parent);
  }
  if (partitions.size === 0) return;
  // A partition leaves its parent, and the default partition may now take its rows (heap_drop_with_catalog in heap.c).
  for (const facts of (await relationFacts(context, [...partitions])).values()) {
    lock(context, facts.oid, "AccessExclusiveLock", draft);
    lock(context, facts.defaultPartition, "AccessExclusiveLock", draft);
  }
}

async function affectGone(context: AnalysisContext, gone: readonly Gone[], draft: DraftStatement): Promise<void> {
  const relations = new Set(gone.filter((item) => item.class === "pg_class" && item.sub === 0).map((item) => item.oid));
  const touched = new Set(gone.map((item) => item.table));
  const charged = (oid: number): boolean => (context.catalog.parents.get(oid) ?? []).some((parent) => touched.has(parent));
  for (const item of gone) {
    const relation = item.class === "pg_class" ? context.catalog.relations.get(item.oid) : undefined;
    if (item.class === "pg_class" && item.sub === 0 && relation) {
      if (!relation.partition || !(context.catalog.parents.get(relation.oid) ?? []).some((parent) => relations.has(parent)))
        await affectTable(context, relation, draft);
      continue;
    }
    if (item.kind === "c" && item.sub === 0) continue;
    const stays = item.table === 0 || !relations.has(item.table);
    const isColumn = item.class === "pg_class" && item.sub > 0;
    if (!stays || BOOKKEEPING.has(item.class) || (item.inner && !item.named && !isColumn)) continue;
    if (item.part && !item.named && charged(item.table)) continue;
    if (item.kind === "I" && item.part) continue;
    affect(draft, item.identity, item.type, item.class === "pg_policy" ? "privilege" : "schema");
  }
}

async function affectTable(context: AnalysisContext, relation: CatalogRelation, draft: DraftStatement): Promise<void> {
  const holds = "rpm".includes(relation.kind);
  const rows = holds ? await wholeTable(context, relation, relation.kind !== "p") : ({ value: 0, kind: "exact" } as const);
  draft.effects.push({ effect: "schema", object: qualified(relation), kind: kindWord(relation.kind), rows });
}
