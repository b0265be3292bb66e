import type { SideEffect } from "@interlock/protocol";
import { ancestry, family, findRelation } from "../catalog.ts";
import type { Catalog, SessionFacts } from "../catalog-model.ts";
import { keysTo } from "../closure.ts";
import { isDefinition } from "../ddl/definitions.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { tableReferences } from "../table-references.ts";
import { isNone } from "../triggers.ts";
import { unwrap, type Node } from "../tree.ts";

/** What the earlier statements of a text write: a later one that has nothing to do with it meets its tables as they are now. */
export class EarlierWrites {
  /** Nobody can say what was written. */
  #anything = false;
  /** Tables, with all that they are parts of or consist of, and sequences. */
  readonly #written = new Set<number>();

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
    for (const { object } of figures) this.#name(catalog, object);
    // A sequence is advanced under a lock of its own, also by what is called a read.
    for (const { object } of draft.locks.list()) if (catalog.byName.get(object)?.kind === "S") this.#name(catalog, object);
  }

  #name(catalog: Catalog, object: string): void {
    const relation = catalog.byName.get(object);
    if (!relation) this.#anything = true;
    else for (const oid of [...ancestry(catalog, relation.oid), ...family(catalog, relation.oid)]) this.#written.add(oid);
  }

  /** Whether a statement may meet anything of it: by its own tables, by what its keys lead to, or by what those refer to. */
  concern(catalog: Catalog, facts: SessionFacts, tree: Node): boolean {
    if (this.#anything) return true;
    if (this.#written.size === 0) return false;
    if (defines(unwrap(tree)?.[0] ?? "")) return true;
    const met = new Set<number>();
    const meet = (oid: number): void => {
      if (met.has(oid)) return;
      met.add(oid);
      for (const below of catalog.relationReach.get(oid) ?? []) meet(below);
      for (const kin of [...family(catalog, oid), ...ancestry(catalog, oid)]) meet(kin);
      for (const key of keysTo(catalog, oid)) meet(key.child);
    };
    for (const { ref } of tableReferences(tree)) {
      const relation = findRelation(catalog, facts, ref);
      if (!relation) return true;
      meet(relation.oid);
    }
    const parents = catalog.foreignKeys.filter(({ child }) => met.has(child)).flatMap(({ parent }) => family(catalog, parent));
    const sequences = catalog.sequences.filter(({ table }) => met.has(table)).map(({ sequence }) => sequence);
    return [...met, ...parents, ...sequences].some((oid) => this.#written.has(oid));
  }
}

/** TRUNCATE is one of the definitions by its locks alone: what it takes away is listed like any rows. */
const defines = (type: string): boolean => isDefinition(type) && type !== "TruncateStmt";

/** Code whose writes are not listed. */
const isOpaque = (item: SideEffect): boolean =>
  ["trigger", "function"].includes(item.kind) && !["read", "session"].includes(item.effect) && !item.writes;
