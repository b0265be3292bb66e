import type { Rows } from "@interlock/protocol";
import type { AnalysisContext } from "../analysis-context.ts";
import { ancestry, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { isNone } from "../triggers.ts";
import type { Node } from "../tree.ts";

/** Sequences that fill columns which are not given. They advance even when the statement is rolled back. */
export function describeSequences(
  { catalog }: AnalysisContext,
  target: CatalogRelation,
  given: readonly string[],
  rows: Rows,
  draft: DraftStatement,
): void {
  if (isNone(rows)) return;
  // Partitions share the identity of their whole; a table that only inherits has defaults of its own.
  const owners = target.partition ? ancestry(catalog, target.oid) : [target.oid];
  for (const { table, attnum, sequence } of catalog.sequences) {
    if (!owners.includes(table)) continue;
    const column = catalog.relations.get(table)?.columns.find((candidate) => candidate.attnum === attnum);
    const relation = catalog.relations.get(sequence);
    if (!column || !relation || given.includes(column.name)) continue;
    draft.locks.add(qualified(relation), "RowExclusiveLock");
    if (!draft.sideEffects.some((effect) => effect.kind === "sequence" && effect.name === qualified(relation)))
      draft.sideEffects.push({ kind: "sequence", name: qualified(relation), effect: "session" });
  }
}

/** Sequences behind columns that an UPDATE sets to their defaults. */
export function describeDefaultsSet(
  context: AnalysisContext,
  target: CatalogRelation,
  list: readonly Node[],
  rows: Rows,
  draft: DraftStatement,
): void {
  const set = list.flatMap((item): string[] => (isDefault(item.ResTarget?.val) ? [item.ResTarget.name] : []));
  const kept = target.columns.map((column) => column.name).filter((name) => !set.includes(name));
  if (set.length > 0) describeSequences(context, target, kept, rows, draft);
}

/** `DEFAULT` alone, or in its place in a row of several. */
function isDefault(value: Node | undefined): boolean {
  const several: Node | undefined = value?.MultiAssignRef;
  return (several ? several.source?.RowExpr?.args?.[several.colno - 1] : value)?.SetToDefault !== undefined;
}
