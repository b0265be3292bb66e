import type { AnalysisContext } from "../analysis-context.ts";
import { family, qualified } from "../catalog.ts";
import { matchesMask } from "../masked-columns.ts";
import type { CatalogIndex, CatalogRelation } from "../catalog-model.ts";
import type { Node } from "../tree.ts";
import { columnNames } from "./key-locks.ts";

/** Unique indexes that decide whether a new row conflicts; undefined where that takes more than comparing columns. */
export function arbitersOf({ catalog, masked }: AnalysisContext, target: CatalogRelation, clause: Node): CatalogIndex[] | undefined {
  const parts = new Set(family(catalog, target.oid));
  const deciding = catalog.indexes.filter((index) => parts.has(index.table) && index.valid && (index.unique || index.special));
  const unique = deciding.filter((index) => index.table === target.oid);
  // Whether a masked value is there already is not to be found out by asking for the impact of another.
  const plain = (index: CatalogIndex): boolean =>
    !index.partial &&
    !index.special &&
    !index.columns.slice(0, index.keyColumns).includes(0) &&
    !columnNames(catalog, index.table, index.columns).some((name) => matchesMask(`${qualified(target)}.${name}`, masked));
  const infer: Node | undefined = clause.infer;
  if (!infer) {
    // Each partition has its copies of what is unique in the whole, and may have more.
    const perTable = [...parts]
      .filter((oid) => catalog.relations.get(oid)?.kind === "r")
      .map((oid) => deciding.filter((index) => index.table === oid).length);
    const alike = target.kind !== "p" || perTable.every((count) => count === unique.length);
    return clause.action === "ONCONFLICT_NOTHING" && alike && unique.every(plain) ? unique : undefined;
  }
  if (infer.whereClause) return undefined;
  if (infer.conname) {
    const index = unique.find((item) => item.name === infer.conname);
    return index && plain(index) ? [index] : undefined;
  }
  const names: string[] = (infer.indexElems ?? []).map((item: Node) => item.IndexElem?.name ?? "");
  const matching = unique.filter((index) => {
    const own = columnNames(catalog, index.table, index.columns.slice(0, index.keyColumns));
    return plain(index) && own.length === new Set(names).size && own.every((name) => names.includes(name));
  });
  return matching.length > 0 ? [matching[0]!] : undefined;
}
