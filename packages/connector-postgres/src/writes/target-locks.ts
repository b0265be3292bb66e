import type { Rows } from "@interlock/protocol";
import type { AnalysisContext } from "../analysis-context.ts";
import { ancestry, family, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { isNone, matchingTriggers, type WriteEvent } from "../triggers.ts";
import type { Node } from "../tree.ts";
import { holds } from "../versions.data.ts";
import { lockBoundsAbove, lockDivided } from "./key-locks.ts";
import type { WrittenKeys } from "./written-keys.ts";

/** What of a table's parts a write names, itself or by the view it goes through: none or all. */
export type Reach = "only" | "all";

export const reachOf = (range: Node): Reach => (range.inh === true ? "all" : "only");

/** Whether planning keeps a part of what is written; what only inherits is always opened (expand_inherited_rtentry in inherit.c). */
export const isKept = (part: CatalogRelation, { planned }: DraftStatement): boolean =>
  !planned || planned.opened.more || planned.opened.writes.has(qualified(part)) || !part.partition;

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
  lockOpened(context, target, draft);
  const changed = new Set(events.includes("insert") ? parts.filter((oid) => isChangedBefore(context, oid)) : []);
  const leaf = (oid: number, routed: boolean): void => {
    for (const above of ancestry(catalog, oid)) {
      if (!parts.includes(above)) continue;
      const part = catalog.relations.get(above)!;
      draft.locks.add(qualified(part), "RowExclusiveLock");
      if (found) lockDivided(catalog, part, draft);
      // A row is held against what a default partition leaves to others before it goes there (ExecFindPartition in execPartition.c), and
      // against any partition's bounds once a BEFORE trigger may have changed it (ExecInsert in nodeModifyTable.c).
      if (routed && (part.defaultPartition || (above === oid && changed.has(oid)))) lockBoundsAbove(catalog, part, draft);
      lockOpened(context, part, draft);
    }
  };
  if (reach !== "only" && found) for (const oid of parts) if (isKept(catalog.relations.get(oid)!, draft)) leaf(oid, false);
  for (const [oid, rows] of written?.partitions ?? []) if (rows > 0) leaf(oid, true);
  if (events.includes("insert") && target.kind === "p" && !written?.partitions) for (const oid of parts) leaf(oid, true);
}

const isChangedBefore = (context: AnalysisContext, oid: number): boolean =>
  matchingTriggers(context, oid, "insert").some(({ row, when }) => row && when === "before");

/** What a partition that is named itself may hold is read from what it is a part of, for new and changed rows (generate_partition_qual in partcache.c). */
export function lockBounds({ catalog }: AnalysisContext, target: CatalogRelation, rows: Rows, draft: DraftStatement): void {
  if (!isNone(rows)) lockBoundsAbove(catalog, target, draft);
}

/** Before 14 a partition's bounds are read as soon as it is opened to be written, whether or not there is a row. */
function lockOpened({ catalog }: AnalysisContext, part: CatalogRelation, draft: DraftStatement): void {
  if (!holds("boundsReadLate", catalog.version)) lockBoundsAbove(catalog, part, draft);
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
  // Rows that conflict with new ones are where those would have gone.
  const routed = written?.partitions && [...written.partitions].flatMap(([oid, count]) => (count > 0 ? [oid] : []));
  const holding = written?.sources ?? routed ?? family(catalog, target.oid).filter((oid) => isKept(catalog.relations.get(oid)!, draft));
  for (const oid of holding) lockBounds(context, catalog.relations.get(oid)!, rows, draft);
}
