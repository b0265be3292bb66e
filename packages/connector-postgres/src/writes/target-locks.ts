import type { Rows } from "@interlock/protocol";
import type { AnalysisContext } from "../analysis-context.ts";
import { ancestry, family, findRelation, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { lockRead } from "../reads.ts";
import { isNone, type WriteEvent } from "../triggers.ts";
import type { NameRef, Node } from "../tree.ts";
import { lockDivided } from "./key-locks.ts";
import type { WrittenKeys } from "./written-keys.ts";

/** Locks on what a statement names to write, and on the table behind a view, with what else the views on the way read. */
export function lockTarget(context: AnalysisContext, relation: CatalogRelation, target: CatalogRelation, draft: DraftStatement): void {
  const { catalog } = context;
  draft.locks.add(qualified(relation), "RowExclusiveLock");
  if (relation === target) return;
  const reaches = (oid: number, seen = new Set<number>()): boolean => {
    if (oid === target.oid) return true;
    if (seen.has(oid)) return false;
    seen.add(oid);
    return (catalog.relationReach.get(oid) ?? []).some((below) => reaches(below, seen));
  };
  for (const below of catalog.relationReach.get(relation.oid) ?? []) {
    const inner = catalog.relations.get(below);
    if (!inner) continue;
    if (reaches(below)) lockTarget(context, inner, target, draft);
    else lockRead(context, inner, "AccessShareLock", false, draft);
  }
}

/** What of a table's parts a write names: none, all, or for a view whatever its definition names, which the plan tells. */
export type Reach = "only" | "all" | "planned";

export const reachOf = (range: Node, relation: CatalogRelation, target: CatalogRelation): Reach =>
  relation !== target ? "planned" : range.inh === true ? "all" : "only";

/** Whether planning keeps a part of what is written; what only inherits is always opened (expand_inherited_rtentry in inherit.c). */
export const isKept = (part: CatalogRelation, { planned }: DraftStatement, reach: Reach = "all"): boolean =>
  !planned || planned.opened.more || planned.opened.writes.has(qualified(part)) || (!part.partition && reach === "all");

/** Partitions and heirs that a statement may write: those its plan keeps; for new rows those that some of them belong to. */
export function lockParts(
  context: AnalysisContext,
  target: CatalogRelation,
  events: readonly WriteEvent[],
  reach: Reach,
  written: WrittenKeys | undefined,
  draft: DraftStatement,
): void {
  const { catalog } = context;
  const parts = family(catalog, target.oid).slice(1);
  const found = events.some((event) => event !== "insert");
  if (found && reach !== "only") lockDivided(catalog, target, draft);
  const leaf = (oid: number): void => {
    for (const above of ancestry(catalog, oid)) {
      if (!parts.includes(above)) continue;
      const part = catalog.relations.get(above)!;
      draft.locks.add(qualified(part), "RowExclusiveLock");
      if (found) lockDivided(catalog, part, draft);
    }
  };
  if (reach !== "only" && found) for (const oid of parts) if (isKept(catalog.relations.get(oid)!, draft, reach)) leaf(oid);
  for (const [oid, rows] of written?.partitions ?? []) if (rows > 0) leaf(oid);
  if (events.includes("insert") && target.kind === "p" && !written?.partitions) for (const oid of parts) leaf(oid);
}

/** What a partition that is named itself may hold is read from what it is a part of, for new and changed rows (generate_partition_qual in partcache.c). */
export function lockBounds({ catalog }: AnalysisContext, target: CatalogRelation, rows: Rows, draft: DraftStatement): void {
  if (!target.partition || isNone(rows)) return;
  for (const oid of ancestry(catalog, target.oid).slice(1)) draft.locks.add(qualified(catalog.relations.get(oid)!), "AccessShareLock");
}

/** Rows that are changed in a partition may have to leave it: its bounds are read whatever it was named as (ExecUpdateAct in nodeModifyTable.c). */
export function lockLeft(
  context: AnalysisContext,
  target: CatalogRelation,
  rows: Rows,
  written: WrittenKeys | undefined,
  draft: DraftStatement,
): void {
  const { catalog } = context;
  const holding = [...(written?.partitions ?? [])].flatMap(([oid, count]) => (count > 0 ? [oid] : []));
  const planned = family(catalog, target.oid).filter((oid) => isKept(catalog.relations.get(oid)!, draft));
  for (const oid of written?.partitions ? holding : planned) lockBounds(context, catalog.relations.get(oid)!, rows, draft);
}

/** Locks of a write that is planned and not run: the tables named and what belongs to them. */
export function lockPlanned(context: AnalysisContext, ref: NameRef, only: boolean, draft: DraftStatement): void {
  const { catalog } = context;
  const relation = findRelation(catalog, context.facts, ref);
  if (!relation) return;
  const below = (draft.planned?.writes ?? []).map((write) => catalog.byName.get(write.object)).find((item) => item !== undefined);
  const target = relation.kind === "v" && below ? below : relation;
  lockTarget(context, relation, target, draft);
  lockParts(context, target, ["update"], relation !== target ? "planned" : only ? "only" : "all", undefined, draft);
}
