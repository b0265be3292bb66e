import { ancestry, family, findRelation, qualified } from "../catalog.ts";
import type { Catalog, CatalogColumn, CatalogRelation, ForeignKey, SessionFacts } from "../catalog-model.ts";
import { classifyQuery } from "../classify-expression.ts";
import { deleteClosure, keysTo, type Closure } from "../closure.ts";
import { tableReferences } from "../table-references.ts";
import { rangeName, walk, type Node } from "../tree.ts";
import { holds } from "../versions.data.ts";
import { assignedColumns } from "../writes/figures.ts";

/** A table whose rows can be put back: what to read of it and how to find a row again. */
export interface KeyedTable {
  relation: CatalogRelation;
  /** Stored columns; generated ones follow from them. */
  columns: CatalogColumn[];
  key: CatalogColumn[];
}

/** How the rows that one statement writes can be kept. */
export interface UndoPlan {
  /** `upsert`: INSERT … ON CONFLICT DO UPDATE. */
  event: "insert" | "update" | "delete" | "upsert" | "merge";
  type: string;
  body: Node;
  target: KeyedTable;
  /** A delete's way through foreign keys, when it reaches any other row. */
  closure?: Closure;
  /** By table OID: everything the closure deletes from or changes, the target included. */
  reached: ReadonlyMap<number, KeyedTable>;
}

export type UndoPlanning = { ok: true; plan: UndoPlan } | { ok: false; why: string };

const EVENTS: Record<string, UndoPlan["event"]> = { InsertStmt: "insert", UpdateStmt: "update", DeleteStmt: "delete", MergeStmt: "merge" };
const not = (why: string): { ok: false; why: string } => ({ ok: false, why });

/** Whether and how what a statement writes can be kept and put back, by its tree and the catalogue alone. */
export function undoPlan(catalog: Catalog, facts: SessionFacts, type: string, body: Node): UndoPlanning {
  let event = EVENTS[type];
  if (event === undefined) return not("only INSERT, UPDATE, DELETE and MERGE can be undone");
  if (event === "insert" && body.onConflictClause?.action === "ONCONFLICT_UPDATE") event = "upsert";
  if (!holds("oldAndNew", catalog.version) && (event === "upsert" || event === "merge"))
    return not("before PostgreSQL 18 the rows this statement changes cannot be told from those it adds");
  const references = tableReferences({ [type]: body });
  if (references.filter((reference) => reference.statement).length !== 1) return not("it writes in more than one place");
  if (references.some(({ alias }) => alias === "old" || alias === "new") || body.returningClause?.options)
    return not("its names old and new are taken");
  let held = false;
  walk(body, (node) => {
    if (node === "CurrentOfExpr" || node === "ParamRef") held = true;
  });
  if (held) return not("its rows are found by a cursor or a parameter");
  const relation = findRelation(catalog, facts, rangeName(body.relation));
  if (!relation) return not("its table is not known");
  const target = keyed(catalog, relation);
  if (!target.ok) return target;
  if (event === "update" || event === "upsert" || event === "merge") {
    const why = changesKeys(catalog, target.table, assigned(event, body));
    if (why !== undefined) return not(why);
  }
  const ruled = keysTo(catalog, relation.oid).find(({ child }) => catalog.rules.has(child));
  if (ruled) return not(`rules on ${qualified(catalog.relations.get(ruled.child)!)} get in the way of ${ruled.name}`);
  const reached = new Map([[relation.oid, target.table]]);
  const plan: UndoPlan = { event, type, body, target: target.table, reached };
  if (event === "merge" && deletes(body) && keysTo(catalog, relation.oid).some(({ onDelete }) => "cnd".includes(onDelete)))
    return not("a MERGE that deletes rows others refer to is not followed");
  const asksTwice = "rows that are chosen anew each time cannot be kept beforehand";
  // Below 18 changed rows are read before the statement runs, by its own conditions.
  if (event === "update" && !holds("oldAndNew", catalog.version) && choosesAnew(body)) return not(asksTwice);
  if (event !== "delete") return { ok: true, plan };
  const closure = deleteClosure(catalog, relation.oid);
  if (closure.circular) return not(`tables refer to ${qualified(relation)} in a circle, or inherit from it`);
  const self = closure.deletes[0]!.self.length > 0;
  for (const [i, { table }] of closure.deletes.entries())
    if (closure.deletes.some((other, j) => j > i && kinOf(catalog, table).has(other.table)))
      return not(`rows of ${qualified(catalog.relations.get(table)!)} go by its name and by that of a table it is a part of`);
  const back = refersForward(catalog, closure);
  if (back !== undefined) return not(`${back} makes deleted rows refer to each other in a circle`);
  for (const { table } of closure.deletes.slice(1)) {
    const child = keyed(catalog, catalog.relations.get(table)!);
    if (!child.ok) return child;
    reached.set(table, child.table);
  }
  for (const { key } of closure.sets) {
    const child = keyed(catalog, catalog.relations.get(key.child)!);
    if (!child.ok) return child;
    const kin = kinOf(catalog, key.child);
    if (closure.deletes.slice(1).some(({ table }) => kin.has(table)))
      return not(`rows of ${qualified(child.table.relation)} may be changed before they are deleted`);
    const why = changesKeys(catalog, child.table, setNames(catalog, key));
    if (why !== undefined) return not(why);
    reached.set(key.child, child.table);
  }
  const follows = self || reached.size > 1 || closure.sets.length > 0;
  // What goes along is read before, on every version.
  if (follows && choosesAnew(body)) return not(asksTwice);
  return { ok: true, plan: { ...plan, ...(follows ? { closure } : {}) } };
}

/** Whether the rows a statement finds may be others when its conditions are asked once more. */
const choosesAnew = ({ whereClause, fromClause, usingClause, withClause }: Node): boolean =>
  classifyQuery([whereClause, fromClause, usingClause, withClause?.ctes]).volatile;

/** Name of a key whose rows would be put back before what they refer to; the closure stands in the order of putting back. */
function refersForward(catalog: Catalog, { deletes }: Closure): string | undefined {
  const at = (table: number): number => deletes.findIndex((entry) => kinOf(catalog, table).has(entry.table));
  return catalog.foreignKeys.find(({ child, parent, deferrable }) => {
    const [from, to] = [at(child), at(parent)];
    return !deferrable && from >= 0 && to > from;
  })?.name;
}

/** A table, what it is a part of and its own parts: their rows are in part the same. */
export const kinOf = (catalog: Catalog, table: number): Set<number> => new Set([...ancestry(catalog, table), ...family(catalog, table)]);

/** Columns that a key's SET NULL or SET DEFAULT writes. */
export const setNames = (catalog: Catalog, key: ForeignKey): string[] =>
  (key.setColumns.length > 0 ? key.setColumns : key.childColumns).map(
    (attnum) => catalog.relations.get(key.child)?.columns.find((column) => column.attnum === attnum)?.name ?? "",
  );

function assigned(event: UndoPlan["event"], body: Node): string[] {
  if (event === "update") return assignedColumns(body, "update");
  const lists: Node[] =
    event === "upsert"
      ? (body.onConflictClause?.targetList ?? [])
      : (body.mergeWhenClauses ?? []).flatMap(({ MergeWhenClause: clause }: Node) =>
          clause.commandType === "CMD_UPDATE" ? (clause.targetList ?? []) : [],
        );
  return lists.map((item) => item.ResTarget?.name as string).filter(Boolean);
}

const deletes = (body: Node): boolean =>
  (body.mergeWhenClauses ?? []).some(({ MergeWhenClause: clause }: Node) => clause.commandType === "CMD_DELETE");

/** Why rows could not be found again, or others would change with them; undefined when neither is so. */
function changesKeys(catalog: Catalog, { relation, key }: KeyedTable, columns: readonly string[]): string | undefined {
  const changed = key.find(({ name }) => columns.includes(name));
  if (changed) return `it changes ${changed.name}, by which rows of ${qualified(relation)} are found again`;
  const passed = keysTo(catalog, relation.oid).find(
    ({ onUpdate, parent, parentColumns }) =>
      "cnd".includes(onUpdate) &&
      parentColumns.some((attnum) =>
        columns.includes(catalog.relations.get(parent)?.columns.find((column) => column.attnum === attnum)?.name ?? ""),
      ),
  );
  return passed && `it changes a key that ${passed.name} passes on to other rows`;
}

export function keyed(catalog: Catalog, relation: CatalogRelation): { ok: true; table: KeyedTable } | { ok: false; why: string } {
  const name = qualified(relation);
  if (relation.kind !== "r" && relation.kind !== "p") return not(`${name} is not a table`);
  if (relation.rowSecurity) return not(`row security of ${name} may hide rows`);
  if (catalog.rules.has(relation.oid)) return not(`rules on ${name} rewrite what is written to it`);
  const parts = family(catalog, relation.oid).slice(1);
  if (relation.kind === "r" && parts.length > 0) return not(`other tables inherit from ${name}`);
  if (parts.some((oid) => catalog.relations.get(oid)?.kind === "f")) return not(`partitions of ${name} are foreign tables`);
  const key = keyOf(catalog, relation);
  if (!key) return not(`${name} has no primary key or other unique key that is never null`);
  return { ok: true, table: { relation, columns: relation.columns.filter((column) => !column.generated), key } };
}

function keyOf(catalog: Catalog, relation: CatalogRelation): CatalogColumn[] | undefined {
  const keys = catalog.indexes
    .filter((index) => index.table === relation.oid && index.unique && index.valid && !index.partial)
    .toSorted((a, b) => Number(b.primary) - Number(a.primary));
  for (const index of keys) {
    const columns = index.columns.slice(0, index.keyColumns).map((attnum) => relation.columns.find((column) => column.attnum === attnum));
    if (columns.every((column) => column !== undefined && column.notNull && !column.generated)) return columns as CatalogColumn[];
  }
  return undefined;
}
