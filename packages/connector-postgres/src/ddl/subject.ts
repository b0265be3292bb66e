import type { Effect, Rows } from "@interlock/protocol";
import type { AnalysisContext } from "../analysis-context.ts";
import { family, findRelation, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import type { Mode } from "../locks.ts";
import { kindWord } from "../relation-kind.ts";
import { missing } from "../reads.ts";
import { nameKey, rangeName, type NameRef, type Node } from "../tree.ts";

/** A definition touches no rows unless it says so. */
export const NO_ROWS: Rows = { value: 0, kind: "exact" };

export function affect(
  draft: DraftStatement,
  object: string,
  kind: string,
  effect: Effect = "schema",
  columns: readonly string[] = [],
): void {
  const known = draft.effects.find((item) => item.object === object && item.kind === kind && item.effect === effect);
  if (known) {
    if (columns.length > 0) known.columns = [...new Set([...(known.columns ?? []), ...columns])];
    return;
  }
  draft.effects.push({ effect, object, kind, ...(columns.length > 0 ? { columns: [...columns] } : {}), rows: NO_ROWS });
}

export const affectRelation = (draft: DraftStatement, relation: CatalogRelation, effect: Effect = "schema"): void =>
  affect(draft, qualified(relation), kindWord(relation.kind), effect);

export function fails(draft: DraftStatement, code: string, reason: string): void {
  if (!draft.willFail.some((item) => item.code === code && item.reason === reason)) draft.willFail.push({ code, reason });
}

/** The relation a name stands for; a missing one is said. */
export function subject(
  { catalog, facts }: AnalysisContext,
  range: Node,
  draft: DraftStatement,
  quietly = false,
): CatalogRelation | undefined {
  const ref = rangeName(range);
  const relation = findRelation(catalog, facts, ref);
  if (!relation && !quietly) missing(draft, nameKey(ref));
  return relation;
}

export function lock(context: AnalysisContext, oid: number, mode: Mode, draft: DraftStatement): void {
  const relation = context.catalog.relations.get(oid);
  if (relation) draft.locks.add(qualified(relation), mode);
}

export function lockAll(context: AnalysisContext, oids: Iterable<number>, mode: Mode, draft: DraftStatement): void {
  for (const oid of oids) lock(context, oid, mode, draft);
}

/** The relation with its partitions, when it is partitioned; alone otherwise. Ordinary inheritance is left out. */
export const withPartitions = ({ catalog }: AnalysisContext, oid: number): number[] =>
  catalog.relations.get(oid)?.kind === "p" ? family(catalog, oid) : [oid];

/** Those of the relations that hold rows of their own, by name. */
export const holdingRows = ({ catalog }: AnalysisContext, oids: readonly number[]): string[] =>
  oids.flatMap((oid) => {
    const relation = catalog.relations.get(oid);
    return relation && (relation.kind === "r" || relation.kind === "m") ? [qualified(relation)] : [];
  });

/** Notes tables that are written anew; their indexes are built again at the end, which asks for ShareLock (reindex_relation in index.c). */
export function writeAnew(context: AnalysisContext, oids: readonly number[], draft: DraftStatement): void {
  for (const name of holdingRows(context, oids)) {
    addTo(draft.rewrites, [name]);
    draft.locks.add(name, "ShareLock");
  }
}

export function addTo(list: string[], names: readonly string[]): void {
  for (const name of names) if (!list.includes(name)) list.push(name);
}

/** The schema an unqualified name is made in. */
export const creationSchema = ({ facts }: AnalysisContext, ref: NameRef): string =>
  ref.schema ?? facts.path.find((name) => name !== "pg_catalog" && !name.startsWith("pg_temp")) ?? "public";

export const columnOf = (relation: CatalogRelation, name: string) => relation.columns.find((column) => column.name === name);

/** Says that the relation has no such column. */
export function missingColumn(draft: DraftStatement, relation: CatalogRelation, name: string): void {
  fails(draft, "42703", `${qualified(relation)} has no column "${name}"`);
}

/** A unique key over all partitions must hold every column they are divided by, on every level (DefineIndex in indexcmds.c). */
export function needPartitionKey(
  { catalog }: AnalysisContext,
  relation: CatalogRelation,
  columns: readonly string[],
  draft: DraftStatement,
): void {
  for (const oid of family(catalog, relation.oid)) {
    const member = catalog.relations.get(oid)!;
    const lacking = member.partitionKey.some(
      (attnum) => !columns.includes(member.columns.find((column) => column.attnum === attnum)?.name ?? ""),
    );
    if (lacking) fails(draft, "0A000", `The key must hold all columns ${qualified(member)} is divided by`);
  }
}
