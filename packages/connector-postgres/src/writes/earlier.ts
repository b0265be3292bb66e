import type { SideEffect } from "@interlock/protocol";
import { ancestry, family, findRelation } from "../catalog.ts";
import type { Catalog, CatalogRelation, ForeignKey, SessionFacts } from "../catalog-model.ts";
import { keysTo } from "../closure.ts";
import { isDefinition } from "../ddl/definitions.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { tableReferences, type TableReference } from "../table-references.ts";
import { isNone } from "../triggers.ts";
import { unwrap, type Node } from "../tree.ts";
import { computedFrom } from "./computed-columns.ts";
import { columnNames } from "./key-locks.ts";

/** What the earlier statements of a text write: a later one that has nothing to do with it meets its tables as they are now. */
export class EarlierWrites {
  /** Nobody can say what was written. */
  #anything = false;
  /** Tables, with all that they are parts of or consist of, and sequences. */
  readonly #written = new Set<number>();
  /** As `#written`, of tables whose rows are all that is changed: the columns. */
  readonly #columns = new Map<number, Set<string>>();

  /** Something is written that nobody can list. */
  addAnything(): void {
    this.#anything = true;
  }

  /** Takes over a finished statement. */
  add(catalog: Catalog, type: string, draft: DraftStatement): void {
    const figures = [...draft.effects, ...draft.cascades, ...draft.sideEffects.flatMap((item) => item.writes ?? [])].filter(
      ({ effect, rows }) => effect !== "read" && !isNone(rows),
    );
    const changes = !["read", "session"].includes(draft.effect);
    if (changes && (defines(type) || draft.incomplete || draft.effect === "unknown" || draft.sideEffects.some(isOpaque)))
      this.#anything = true;
    for (const { object, effect, columns } of figures as { object: string; effect: string; columns?: readonly string[] }[]) {
      const changed = effect === "modify" ? changedColumns(catalog, object, columns) : undefined;
      if (changed) this.#change(catalog, object, changed);
      else this.#name(catalog, object);
    }
    // A sequence is advanced under a lock of its own, also by what is called a read.
    for (const { object } of draft.locks.list()) if (catalog.byName.get(object)?.kind === "S") this.#name(catalog, object);
  }

  #name(catalog: Catalog, object: string): void {
    const relation = catalog.byName.get(object);
    if (!relation) this.#anything = true;
    else for (const oid of kin(catalog, relation.oid)) this.#written.add(oid);
  }

  #change(catalog: Catalog, object: string, columns: readonly string[]): void {
    for (const oid of kin(catalog, catalog.byName.get(object)!.oid))
      this.#columns.set(oid, new Set([...(this.#columns.get(oid) ?? []), ...columns]));
  }

  /** Whether a row may be another for those that refer to it: by its key, or by the partition it is in. */
  #moved(catalog: Catalog, { parent, parentColumns }: ForeignKey): boolean {
    const names = columnNames(catalog, parent, parentColumns);
    return kin(catalog, parent).some((oid) => {
      const columns = this.#columns.get(oid);
      const relation = catalog.relations.get(oid)!;
      const placed =
        relation.partitionKey.includes(0) || columnNames(catalog, oid, relation.partitionKey).some((name) => columns?.has(name));
      return this.#written.has(oid) || (columns !== undefined && (placed || names.some((name) => columns.has(name))));
    });
  }

  /** Whether rows of a table may be of this very text's making. */
  made(table: number): boolean {
    return this.#written.has(table) || this.#columns.has(table);
  }

  /** Whether a statement may meet anything of it: by its own tables, by what its keys lead to, or by what those refer to. */
  concern(catalog: Catalog, facts: SessionFacts, tree: Node): boolean {
    if (this.#anything) return true;
    if (this.#written.size + this.#columns.size === 0) return false;
    if (defines(unwrap(tree)?.[0] ?? "")) return true;
    const met = new Set<number>();
    const followed = new Set<number>();
    const meet = (oid: number, keys: boolean): void => {
      if (keys ? followed.has(oid) : met.has(oid)) return;
      met.add(oid);
      if (keys) followed.add(oid);
      for (const below of catalog.relationReach.get(oid) ?? []) meet(below, keys);
      for (const near of kin(catalog, oid)) meet(near, keys);
      if (keys) for (const key of keysTo(catalog, oid)) meet(key.child, true);
    };
    for (const reference of tableReferences(tree)) {
      const relation = findRelation(catalog, facts, reference.ref);
      if (!relation) return true;
      meet(relation.oid, passesOn(catalog, relation, reference));
    }
    if (catalog.foreignKeys.some((key) => met.has(key.child) && this.#moved(catalog, key))) return true;
    const sequences = catalog.sequences.filter(({ table }) => met.has(table)).map(({ sequence }) => sequence);
    return [...met, ...sequences].some((oid) => this.#written.has(oid) || this.#columns.has(oid));
  }
}

/** Whether rows that refer to a table may matter to what is done to it: not where it is read, gets rows or keeps the keys it has. */
function passesOn(catalog: Catalog, relation: CatalogRelation, { use, statement }: TableReference): boolean {
  if (use === "read" || use === "lock" || (use === "insert" && !statement?.onConflictClause)) return false;
  if (use !== "update" || relation.kind === "v") return true;
  const assigned = new Set((statement?.targetList ?? []).map((item: Node) => item.ResTarget?.name as string));
  const placed = kin(catalog, relation.oid).flatMap((oid) => columnNames(catalog, oid, catalog.relations.get(oid)!.partitionKey));
  const pointedAt = keysTo(catalog, relation.oid).flatMap((key) => columnNames(catalog, key.parent, key.parentColumns));
  return relation.partitionKey.includes(0) || [...placed, ...pointedAt].some((name) => assigned.has(name));
}

const kin = (catalog: Catalog, oid: number): number[] => [...ancestry(catalog, oid), ...family(catalog, oid)];

/** Columns that an UPDATE changes in rows of a table; undefined where a trigger may change others, or more than they are changed. */
function changedColumns(catalog: Catalog, object: string, columns: readonly string[] | undefined): string[] | undefined {
  const relation = catalog.byName.get(object);
  if (!relation || !columns?.length) return undefined;
  const own = new Set(kin(catalog, relation.oid));
  if (catalog.triggers.some(({ table, row, when }) => own.has(table) && row && when === "before")) return undefined;
  return [...columns, ...computedFrom(relation, columns, false)];
}

/** TRUNCATE is one of the definitions by its locks alone: what it takes away is listed like any rows. */
const defines = (type: string): boolean => isDefinition(type) && type !== "TruncateStmt";

/** Code whose writes are not listed. */
const isOpaque = (item: SideEffect): boolean =>
  ["trigger", "function"].includes(item.kind) && !["read", "session"].includes(item.effect) && !item.writes;
