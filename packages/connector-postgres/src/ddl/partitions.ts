import { family, findRelation, qualified } from "../catalog.ts";
import { missing } from "../reads.ts";
import { nameKey, rangeName, type Node } from "../tree.ts";
import type { AnalysisContext } from "../analysis-context.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { holds } from "../versions.data.ts";
import { scan, type Alteration } from "./alteration.ts";
import { lockCompared } from "./key-locks.ts";
import { provesBound } from "./partition-proof.ts";
import { relationFacts, type ConstraintFacts, type RelationFacts } from "./relation-facts.ts";
import { addTo, affectRelation, fails, holdingRows, lock, lockAll, withPartitions } from "./subject.ts";

const ownKeys = (facts: RelationFacts): ConstraintFacts[] => facts.constraints.filter((item) => item.type === "f" && !item.toPartition);

/** `given`: keys the new partition gets triggers of. Keys of a partitioned table are made for each new partition: both other sides are locked (CloneForeignKeyConstraints). */
export function lockPartitionKeys(
  context: AnalysisContext,
  facts: RelationFacts,
  given: readonly ConstraintFacts[],
  draft: DraftStatement,
): void {
  for (const key of ownKeys(facts)) {
    lockAll(context, withPartitions(context, key.parent), "ShareRowExclusiveLock", draft);
    if (given.includes(key)) lock(context, key.parent, "AccessShareLock", draft);
  }
  const below = holds("newPartitionLocksReferencing", context.catalog.version) ? "ShareRowExclusiveLock" : "AccessShareLock";
  for (const key of facts.referencing) {
    lock(context, key.child, below, draft);
    if (key.enforced) lock(context, key.child, "AccessShareLock", draft);
  }
}

/** A default partition is shut and read, for rows that belong to the new one; its own checks may spare that. */
export async function readDefault(context: AnalysisContext, facts: RelationFacts, draft: DraftStatement): Promise<void> {
  if (facts.defaultPartition === 0) return;
  const all = family(context.catalog, facts.defaultPartition);
  lockAll(context, all, "AccessExclusiveLock", draft);
  addTo(draft.scans, holdingRows(context, all));
}

export async function attachPartition(at: Alteration): Promise<void> {
  const { context, relation, facts, cmd, draft } = at;
  const command: Node = cmd.def?.PartitionCmd ?? {};
  const child = partitionOf(at, command.name);
  if (!child) return;
  if (facts.strategy === "")
    fails(draft, holds("attachCode", context.catalog.version) ? "42809" : "42P17", `${qualified(relation)} is not partitioned`);
  if (child.partition) fails(draft, "42809", `${qualified(child)} is a partition already`);
  affectRelation(draft, child);
  const all = family(context.catalog, child.oid);
  lockAll(context, all, "AccessExclusiveLock", draft);
  const known = await relationFacts(context, [child.oid]);
  const childFacts = known.get(child.oid)!;
  if (command.bound?.is_default && facts.defaultPartition !== 0) fails(draft, "42P17", "There is a default partition already");
  const proven = !command.bound?.is_default && (await provesBound(context, facts, childFacts, command.bound ?? {}));
  const keys = ownKeys(facts).filter((item) => item.enforced);
  const builds = buildsIndexes(facts, childFacts);
  if (!proven || builds || keys.length > 0) scan(at, all);
  if (builds) lockAll(context, all, "ShareLock", draft);
  // Triggers of rows are made in the new partition, those of keys to and from the table among them.
  const given = keys.filter((key) => !hasAlike(facts, childFacts, key));
  if (given.length > 0 || facts.referencing.length > 0 || facts.triggers.some((item) => item.row && !item.internal))
    lockAll(context, all, "ShareRowExclusiveLock", draft);
  for (const key of given) lockCompared(context, { child: child.oid, parent: key.parent }, draft);
  // A default partition beside no others has nothing to be compared with.
  if (!command.bound?.is_default) await readDefault(context, facts, draft);
  lockPartitionKeys(context, facts, given, draft);
  // A key like it becomes part of the table's: the triggers it has at its parent are dropped (DropForeignKeyConstraintTriggers).
  for (const key of keys) if (!given.includes(key)) lockAll(context, withPartitions(context, key.parent), "AccessExclusiveLock", draft);
}

function hasAlike(parent: RelationFacts, child: RelationFacts, key: ConstraintFacts): boolean {
  const alike = (own: ConstraintFacts): boolean =>
    own.type === "f" && own.shape === key.shape && own.enforced && columnNames(child, own.columns) === columnNames(parent, key.columns);
  return child.constraints.some(alike);
}

const columnNames = (facts: RelationFacts, list: readonly number[]): string =>
  list.map((attnum) => facts.columns.find((column) => column.attnum === attnum)?.name ?? "").join();

/** Indexes of the parent that the new partition lacks are built there. */
function buildsIndexes(parent: RelationFacts, child: RelationFacts): boolean {
  return parent.indexes.some(
    (index) =>
      !child.indexes.some((own) => columnNames(child, own.columns) === columnNames(parent, index.columns) && own.unique === index.unique),
  );
}

export async function detachPartition(at: Alteration): Promise<void> {
  const { context, relation, facts, cmd, draft } = at;
  const command: Node = cmd.def?.PartitionCmd ?? {};
  const child = partitionOf(at, command.name);
  if (!child) return;
  if (!(context.catalog.parents.get(child.oid) ?? []).includes(relation.oid))
    fails(draft, "42P01", `${qualified(child)} is no partition of ${qualified(relation)}`);
  affectRelation(draft, child);
  const finalizing = cmd.subtype === "AT_DetachPartitionFinalize";
  if (command.concurrent && facts.defaultPartition !== 0)
    fails(draft, "55000", "Partitions cannot be detached concurrently beside a default partition");
  // The second half of DETACH CONCURRENTLY shuts the partition (DetachPartitionFinalize takes AccessExclusiveLock on it).
  const shut = holds("detachShutsPartition", context.catalog.version);
  lock(context, child.oid, shut ? "AccessExclusiveLock" : "ShareUpdateExclusiveLock", draft);
  // Its indexes are shut as they leave those of the whole, which matters where it is not.
  const indexes = shut ? [] : (await relationFacts(context, [child.oid])).get(child.oid)!.indexes;
  for (const index of indexes) if (index.parent !== 0) draft.locks.add(`${child.schema}.${index.name}`, "AccessExclusiveLock");
  // So is it itself where triggers it has of the whole are dropped; before 15 what is divided has none of keys (addFkRecurseReferenced).
  if (
    facts.triggers.some((item) => item.row && !item.internal) ||
    (facts.referencing.length > 0 && (child.kind === "r" || holds("keysTriggerDivided", context.catalog.version)))
  )
    lock(context, child.oid, "AccessExclusiveLock", draft);
  // What it is divided into must learn that the bounds above no longer hold (DetachPartitionFinalize).
  const all = family(context.catalog, child.oid);
  lockAll(context, all.slice(1), "AccessExclusiveLock", draft);
  if (command.concurrent || finalizing) return;
  lock(context, facts.defaultPartition, "AccessExclusiveLock", draft);
  for (const key of ownKeys(facts)) {
    // Before 15 a key to a partitioned table gets none there, and those it had for each of its parts are dropped.
    if (!holds("keysTriggerDivided", context.catalog.version) && context.catalog.relations.get(key.parent)?.kind === "p") {
      lock(context, child.oid, "AccessExclusiveLock", draft);
      continue;
    }
    // By then it has left a whole that refers to itself.
    const referenced = withPartitions(context, key.parent).filter((oid) => !all.includes(oid));
    lockAll(context, referenced, "ShareRowExclusiveLock", draft);
    // The key gets triggers of its own.
    if (key.enforced) lock(context, child.oid, "AccessShareLock", draft);
  }
  if (facts.referencing.length > 0) lockAll(context, [relation.oid, ...all], "AccessShareLock", draft);
  // Rows that refer to the partition would be left behind: they are looked for (RI_PartitionRemove_Check).
  for (const key of facts.referencing) {
    const referring = withPartitions(context, key.child);
    lockAll(context, referring, "AccessShareLock", draft);
    for (const mode of ["ShareLock", "AccessExclusiveLock"] as const) lock(context, key.child, mode, draft);
    scan(at, referring);
  }
}

function partitionOf(at: Alteration, range: Node) {
  const child = findRelation(at.context.catalog, at.context.facts, rangeName(range));
  if (!child) missing(at.draft, nameKey(rangeName(range)));
  return child;
}

/** ALTER TABLE … INHERIT / NO INHERIT. */
export async function inherit(at: Alteration): Promise<void> {
  const { context, relation, cmd, draft } = at;
  const range: Node = cmd.def?.RangeVar ?? {};
  const parent = partitionOf(at, range);
  if (!parent) return;
  const leaving = cmd.subtype === "AT_DropInherit";
  const inherits = (context.catalog.parents.get(relation.oid) ?? []).includes(parent.oid);
  if (leaving && !inherits) fails(draft, "42P01", `${qualified(relation)} does not inherit from ${qualified(parent)}`);
  if (!leaving && parent.oid === relation.oid) fails(draft, "42P07", `${qualified(relation)} cannot inherit from itself`);
  if (!leaving && inherits) fails(draft, "42P07", `${qualified(relation)} inherits from ${qualified(parent)} already`);
  if (leaving ? relation.partition : parent.kind === "p") fails(draft, "42809", "Partitions are attached and detached");
  lock(context, parent.oid, leaving ? "AccessShareLock" : "ShareUpdateExclusiveLock", draft);
  if (leaving) return;
  // Its own children are looked through for a circle.
  lockAll(context, family(context.catalog, relation.oid).slice(1), "AccessShareLock", draft);
  const [own, above] = [at.facts, (await relationFacts(context, [parent.oid])).get(parent.oid)!];
  for (const column of above.columns)
    if (!own.columns.some((item) => item.name === column.name && item.type === column.type))
      fails(draft, "42804", `${qualified(relation)} lacks the column "${column.name}"`);
}
