import type { Rows } from "@interlock/protocol";
import type { AnalysisContext } from "./analysis-context.ts";
import { family, findRelation, qualified } from "./catalog.ts";
import type { CatalogRelation } from "./catalog-model.ts";
import type { DraftStatement } from "./draft-statement.ts";
import type { Mode } from "./locks.ts";
import { kindWord } from "./relation-kind.ts";
import type { TableReference } from "./table-references.ts";
import { nameKey } from "./tree.ts";
import { lockDivided } from "./writes/key-locks.ts";

/** What a statement reads or locks: the objects, and the locks that come with them. Missing names make it fail. */
export function describeReads(context: AnalysisContext, references: readonly TableReference[], draft: DraftStatement): void {
  // Of a join that finds nothing no side is left out before it is opened; the table that new rows go to is none of its sides.
  const sides = references.filter(({ use }) => use !== "insert").length;
  if (draft.planned?.opened.nothing && sides > 1) draft.planned = { ...draft.planned, opened: { ...draft.planned.opened, more: true } };
  const seen = new Set<string>();
  for (const { ref, use, only } of references) {
    if (use !== "read" && use !== "lock") continue;
    const relation = findRelation(context.catalog, context.facts, ref);
    if (!relation) {
      missing(draft, nameKey(ref));
      continue;
    }
    lockRead(context, relation, use === "lock" ? "RowShareLock" : "AccessShareLock", only, draft);
    const object = qualified(relation);
    if (seen.has(`${object}/${use}`)) continue;
    seen.add(`${object}/${use}`);
    draft.effects.push({
      effect: use === "lock" ? "session" : "read",
      object,
      kind: kindWord(relation.kind),
      rows: readRows(context, draft, relation),
    });
  }
}

/** Rows the plan takes from the relation and what belongs to it, partitions and children; without a plan nothing less than all is claimed. */
function readRows(context: AnalysisContext, draft: DraftStatement, relation: CatalogRelation): Rows {
  const reads = draft.planned?.reads;
  if (reads !== undefined) {
    const parts = family(context.catalog, relation.oid).flatMap((oid) => {
      const member = context.catalog.relations.get(oid);
      const rows = member && reads.get(qualified(member));
      return rows === undefined ? [] : [rows];
    });
    if (parts.length > 0) return { value: Math.round(parts.reduce((sum, rows) => sum + rows, 0)), kind: "estimate" };
  }
  return relation.tuples >= 0 && (relation.kind === "r" || relation.kind === "m")
    ? { value: relation.tuples, kind: "estimate" }
    : { value: 0, kind: "unknown" };
}

export function missing(draft: DraftStatement, name: string): void {
  if (!draft.willFail.some((item) => item.reason.includes(`"${name}"`)))
    draft.willFail.push({ code: "42P01", reason: `There is no relation "${name}"` });
  draft.incomplete = true;
}

/** Reading a view locks it and everything below it; reading a partitioned table locks the partitions the plan keeps. */
export function lockRead(
  context: AnalysisContext,
  relation: CatalogRelation,
  mode: Mode,
  only: boolean,
  draft: DraftStatement,
  seen = new Set<number>(),
): void {
  if (seen.has(relation.oid)) return;
  seen.add(relation.oid);
  draft.locks.add(qualified(relation), mode);
  // LOCK TABLE goes through the same relations and plans nothing.
  const plans = mode === "AccessShareLock" || mode === "RowShareLock";
  if (plans && !only) lockDivided(context.catalog, relation, draft);
  if (relation.kind === "v") {
    for (const below of context.catalog.relationReach.get(relation.oid) ?? []) {
      const inner = context.catalog.relations.get(below);
      if (inner) lockRead(context, inner, mode, false, draft, seen);
    }
  }
  if (only) return;
  for (const oid of family(context.catalog, relation.oid).slice(1)) {
    const child = context.catalog.relations.get(oid);
    if (!child) continue;
    // Partitions that planning left out are not opened; tables that only inherit are, before anything is left out (expand_inherited_rtentry).
    const opened = draft.planned?.opened;
    const kept = family(context.catalog, oid).some((member) => opened?.reads.has(qualified(context.catalog.relations.get(member)!)));
    if (child.partition && opened && !opened.more && !kept) continue;
    draft.locks.add(qualified(child), mode);
    if (plans) lockDivided(context.catalog, child, draft);
  }
}
