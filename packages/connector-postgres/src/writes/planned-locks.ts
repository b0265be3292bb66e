import type { AnalysisContext } from "../analysis-context.ts";
import { findRelation, qualified } from "../catalog.ts";
import { lockBelow, lockNamed, lockReplaced } from "../ddl/query-locks.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { lockRead } from "../reads.ts";
import type { RuledWrite } from "../rules/rule-row.ts";
import { applyRules } from "../rules/ruled-write.ts";
import type { TableReference } from "../table-references.ts";
import type { Node } from "../tree.ts";
import { lockParts, reachOf } from "./target-locks.ts";
import type { TargetRows } from "./task.ts";
import { bodyBelow, columnOf, isReplaced, rowsThrough, viewStep, type ViewStep } from "./view-path.ts";

/**
 * Locks of a write that is planned and not run: the tables named, what rules would write, and, unless it is only prepared, what belongs to them.
 */
export async function lockPlanned(
  context: AnalysisContext,
  reference: TableReference,
  draft: DraftStatement,
  prepared = false,
): Promise<void> {
  const { catalog } = context;
  let relation = findRelation(catalog, context.facts, reference.ref);
  let body: Node = reference.statement!;
  const alias: string = body.relation.alias?.aliasname ?? body.relation.relname;
  let rows: TargetRows = { range: { RangeVar: body.relation }, alias, column: ({ name }) => columnOf(alias, name) };
  const path: ViewStep[] = [];
  while (relation) {
    draft.locks.add(qualified(relation), "RowExclusiveLock");
    if (reference.use !== "merge") {
      const write = { relation, event: reference.use as RuledWrite["event"], body, rows, with: body.withClause };
      const ruled = await applyRules(context, write, draft);
      if (ruled === "unreadable") draft.incomplete = true;
      else if (ruled) {
        for (const { tree } of ruled.products) if (!tree.NotifyStmt) lockNamed(context, tree, draft, true);
        if (!ruled.remainder) return;
      }
    }
    const { oid, kind } = relation;
    if (kind !== "v" && prepared) return;
    if (kind !== "v") return lockParts(context, relation, ["update"], reachOf(body.relation), undefined, draft);
    if (isReplaced(catalog, relation, reference)) {
      if (reference.use !== "insert") lockReplaced(context, relation, !prepared, draft);
      return;
    }
    const below = await viewStep(context, relation);
    const inner = below && bodyBelow(below, reference.use, body);
    if (!below || !inner) return lockBelow(context, oid, "AccessShareLock", draft);
    for (const reached of catalog.relationReach.get(oid) ?? []) {
      const other = catalog.relations.get(reached);
      if (other && other !== below.inner) lockRead(context, other, "AccessShareLock", false, draft);
    }
    path.push(below);
    body = inner;
    relation = below.inner;
    rows = { alias, ...rowsThrough(path, alias) };
  }
}
