import type { AnalysisContext } from "../analysis-context.ts";
import { findRelation, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { parseGrammar } from "../grammar.ts";
import type { Mode } from "../locks.ts";
import { lockRead, missing } from "../reads.ts";
import { tableReferences } from "../table-references.ts";
import { nameKey } from "../tree.ts";
import { holds } from "../versions.data.ts";

/**
 * Locks of a query that is only understood, not run: the names in it, in the mode each would be used, without what inherits from them
 * (transformStmt opens ranges; children are found by planning). `rewritten`: what views stand for is opened, too (AcquireRewriteLocks).
 */
export function lockNamed(context: AnalysisContext, query: unknown, draft: DraftStatement, rewritten: boolean): void {
  for (const { ref, use } of tableReferences(query)) {
    const relation = findRelation(context.catalog, context.facts, ref);
    if (!relation) {
      missing(draft, nameKey(ref));
      continue;
    }
    const mode: Mode = use === "read" ? "AccessShareLock" : use === "lock" ? "RowShareLock" : "RowExclusiveLock";
    draft.locks.add(qualified(relation), mode);
    if (rewritten && relation.kind === "v") lockBelow(context, relation.oid, use === "lock" ? "RowShareLock" : "AccessShareLock", draft);
  }
}

/** Everything a view reads, through further views. */
export function lockBelow(context: AnalysisContext, view: number, mode: Mode, draft: DraftStatement, seen = new Set<number>()): void {
  for (const oid of context.catalog.relationReach.get(view) ?? []) {
    const relation = context.catalog.relations.get(oid);
    if (!relation || seen.has(oid)) continue;
    seen.add(oid);
    draft.locks.add(qualified(relation), mode);
    if (relation.kind === "v") lockBelow(context, oid, mode, draft, seen);
  }
}

/**
 * A view whose rows are found for INSTEAD OF triggers: its query takes its place among what is read (ApplyRetrieveRule in rewriteHandler.c),
 * and where it is `planned` so do the parts and heirs of what it reads.
 */
export function lockReplaced(context: AnalysisContext, view: CatalogRelation, planned: boolean, draft: DraftStatement): void {
  if (!planned) lockBelow(context, view.oid, "AccessShareLock", draft);
  else
    for (const oid of context.catalog.relationReach.get(view.oid) ?? []) {
      const relation = context.catalog.relations.get(oid);
      if (relation) lockRead(context, relation, "AccessShareLock", false, draft);
    }
  if (!holds("viewsNameThemselvesNot", context.catalog.version)) draft.locks.add(qualified(view), "AccessShareLock");
}

/** The same for the text of an SQL function, which is looked through when it is made (fmgr_sql_validator in pg_proc.c). */
export function lockBodyText(context: AnalysisContext, source: string, draft: DraftStatement): void {
  const parsed = parseGrammar(source);
  if (parsed.ok) for (const { stmt } of parsed.statements) lockNamed(context, stmt, draft, true);
}
