import type { AnalysisContext } from "../analysis-context.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { lock, lockAll, withPartitions } from "./subject.ts";

/** A foreign key a definition makes or checks, by the tables on its sides. */
export interface KeySides {
  child: number;
  parent: number;
}

/** Each side's triggers are made with an eye on the other side (CreateTrigger in trigger.c; none where a key is not enforced). */
export function lockTriggered(context: AnalysisContext, { child, parent }: KeySides, draft: DraftStatement): void {
  for (const oid of [child, parent]) lock(context, oid, "AccessShareLock", draft);
}

/**
 * Rows that are there are held against the parent: by one join for each table that holds any (RI_Initial_Check in ri_triggers.c), under
 * the lock that looking up single ones would need (ATRewriteTables in tablecmds.c).
 */
export function lockCompared(context: AnalysisContext, { child, parent }: KeySides, draft: DraftStatement): void {
  lock(context, parent, "RowShareLock", draft);
  lockAll(context, withPartitions(context, parent), "AccessShareLock", draft);
  const holding = withPartitions(context, child).filter((oid) => context.catalog.relations.get(oid)?.kind !== "p");
  lockAll(context, holding, "AccessShareLock", draft);
}
