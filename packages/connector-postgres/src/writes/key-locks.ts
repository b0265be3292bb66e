import type { Rows } from "@interlock/protocol";
import type { AnalysisContext } from "../analysis-context.ts";
import { ancestry, family, qualified } from "../catalog.ts";
import type { Catalog, CatalogRelation, ForeignKey } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import type { Mode } from "../locks.ts";
import { columnsSetByTriggers, isNone } from "../triggers.ts";
import { holds } from "../versions.data.ts";

/** How many rows really ask the server whether what they refer to is there, by constraint OID; see new-values.ts. */
export type KeyChecks = ReadonlyMap<number, KeyCheck>;
export interface KeyCheck {
  rows: number;
  /** Partitions the values referred to are in; absent when the referenced table has none. */
  partitions?: readonly number[];
}

/** A key's query is planned for its value so often; the plan for any value that follows opens every partition (choose_custom_plan in plancache.c). */
export const CUSTOM_PLANS = 5;

export const columnNames = (catalog: Catalog, table: number, attnums: readonly number[]): string[] =>
  attnums.map((attnum) => catalog.relations.get(table)?.columns.find((column) => column.attnum === attnum)?.name ?? "");

/** Foreign keys that rows of a table must satisfy. A table that only inherits takes none from its parent. */
export function keysOf(catalog: Catalog, target: CatalogRelation): ForeignKey[] {
  const kin = new Set(target.partition ? ancestry(catalog, target.oid) : [target.oid]);
  return catalog.foreignKeys.filter((key) => key.enforced && key.checks && kin.has(key.child));
}

/**
 * A table a foreign key's own query runs on: partitions of it are opened, tables that only inherit are not (`ONLY` in ri_triggers.c). Parts
 * that are themselves divided have their bounds read, as in any plan.
 */
export function lockKeyTable(catalog: Catalog, table: number, mode: Mode, draft: DraftStatement, parts?: readonly number[]): void {
  const relation = catalog.relations.get(table);
  if (!relation) return;
  draft.locks.add(qualified(relation), mode);
  if (relation.kind !== "p") return;
  const kept = parts && new Set(parts.flatMap((oid) => ancestry(catalog, oid)));
  // Before 14 writing reads the bounds of every partition, whatever it is.
  const early = mode === "RowExclusiveLock" && !holds("boundsReadLate", catalog.version);
  for (const oid of family(catalog, table)) {
    if (kept && !kept.has(oid)) continue;
    const part = catalog.relations.get(oid)!;
    draft.locks.add(qualified(part), mode);
    if (part.kind === "p" || early) lockBoundsAbove(catalog, part, draft);
  }
}

/** Planning a partition that is itself divided reads its bounds, from what it is a part of (set_baserel_partition_constraint in plancat.c). */
export function lockDivided(catalog: Catalog, relation: CatalogRelation, draft: DraftStatement): void {
  if (relation.kind === "p") lockBoundsAbove(catalog, relation, draft);
}

/** What a partition may hold is read from everything it is a part of (generate_partition_qual in partcache.c). */
export function lockBoundsAbove(catalog: Catalog, relation: CatalogRelation, draft: DraftStatement): void {
  if (!relation.partition) return;
  for (const oid of ancestry(catalog, relation.oid).slice(1)) draft.locks.add(qualified(catalog.relations.get(oid)!), "AccessShareLock");
}

/**
 * Rows that refer to others lock the rows they refer to; with none written, or NULL in the key, none is checked. `nulls`: columns that
 * hold NULL in all of them, unless a trigger sees to it. Without `columns` all are new.
 */
export function lockParents(
  context: AnalysisContext,
  target: CatalogRelation,
  columns: readonly string[] | undefined,
  rows: Rows,
  draft: DraftStatement,
  { checks, nulls }: { checks?: KeyChecks | undefined; nulls?: ReadonlySet<string> } = {},
): void {
  if (isNone(rows)) return;
  const { catalog } = context;
  const set = columnsSetByTriggers(context, target.oid, columns ? "update" : "insert", columns);
  for (const key of keysOf(catalog, target)) {
    const names = columnNames(catalog, key.child, key.childColumns);
    const open = !set || names.some((name) => set.has(name));
    if (columns && !open && !names.some((name) => columns.includes(name))) continue;
    if (!open && names.some((name) => nulls?.has(name))) continue;
    const check = open ? undefined : checks?.get(key.oid);
    if (check?.rows === 0) continue;
    lockKeyTable(catalog, key.parent, "RowShareLock", draft, check && check.rows <= CUSTOM_PLANS ? check.partitions : undefined);
  }
}
