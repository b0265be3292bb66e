import { ancestry, family } from "./catalog.ts";
import type { Catalog, CatalogRelation, ForeignKey } from "./catalog-model.ts";
import type { ChangedKey } from "./cascades.ts";
import { quoteIdent } from "./query.ts";

/** A table that loses rows. */
export interface ClosureEntry {
  table: number;
  /** Keys that lead to it from other tables, and from itself. */
  via: ForeignKey[];
  self: ForeignKey[];
  /** Fewest steps from the root, which is 0. */
  depth: number;
  /** Of the root, fewest steps by which other tables lead back to it. */
  round?: number;
}

/** What deleting rows of one table does to tables whose rows refer to them, before any row is counted. */
export interface Closure {
  /** Tables that lose rows, parents before children; the root first. */
  deletes: ClosureEntry[];
  /** Keys whose child rows are set to NULL or to a default. */
  sets: { key: ForeignKey; depth: number }[];
  /** Keys whose child rows forbid the delete. */
  blocks: ForeignKey[];
  /** Tables refer to each other in a circle longer than one, or inherit from each other. */
  circular: boolean;
  /** Rows that only inherit from one of the tables have keys of their own pointing at them: not counted exactly. */
  uncounted: boolean;
}

/** Tables whose keys may point at rows of this one: plain inheritance shares no keys, partitions share those of the whole. */
function pointedAt(catalog: Catalog, table: number): Set<number> {
  const relation = catalog.relations.get(table);
  return new Set([
    ...(relation?.partition ? ancestry(catalog, table) : [table]),
    ...(relation?.kind === "p" ? family(catalog, table) : []),
  ]);
}

/** Rows of tables that inherit from it look like its own in a count, and are not what its keys are about. */
const inherited = (catalog: Catalog, table: number): boolean => catalog.relations.get(table)?.kind === "r" && catalog.children.has(table);

/** Foreign keys that point at a table: at itself, at what it is a partition of, or at its own partitions. */
export function keysTo(catalog: Catalog, table: number): ForeignKey[] {
  const pointed = pointedAt(catalog, table);
  return catalog.foreignKeys.filter((key) => key.enforced && key.acts && pointed.has(key.parent));
}

export function deleteClosure(catalog: Catalog, root: number): Closure {
  const closure: Closure = { deletes: [], sets: [], blocks: [], circular: false, uncounted: false };
  const entries = new Map<number, Closure["deletes"][number]>();
  const order: number[] = [];
  const path = new Set<number>();
  const visit = (table: number, depth: number): void => {
    const known = entries.get(table);
    if (known) {
      if (path.has(table)) closure.circular = true;
      known.depth = Math.min(known.depth, depth);
      return;
    }
    const entry: ClosureEntry = { table, via: [], self: [], depth };
    entries.set(table, entry);
    path.add(table);
    if (inherited(catalog, table)) {
      closure.circular = true;
      const heirs = family(catalog, table).slice(1);
      if (catalog.foreignKeys.some((key) => key.enforced && heirs.includes(key.parent))) closure.uncounted = true;
    }
    for (const key of keysTo(catalog, table)) {
      if (key.onDelete === "c") {
        if (key.child === table) {
          entry.self.push(key);
          continue;
        }
        visit(key.child, depth + 1);
        entries.get(key.child)!.via.push(key);
      } else if (key.onDelete === "n" || key.onDelete === "d") {
        // A partition and its whole are pointed at by the same keys.
        if (!closure.sets.some((known) => known.key === key)) closure.sets.push({ key, depth: depth + 1 });
      } else if (!closure.blocks.includes(key)) closure.blocks.push(key);
    }
    path.delete(table);
    order.push(table);
  };
  visit(root, 0);
  // Post-order reversed: every parent stands before its children.
  closure.deletes = order.toReversed().map((table) => entries.get(table)!);
  measure(catalog, closure);
  return closure;
}

/** Steps by the shortest way: whoever is reached first by a long one is put right, and what follows from it. */
function measure(catalog: Catalog, closure: Closure): void {
  const [root] = closure.deletes;
  const reached = new Map([[root!.table, 0]]);
  const queue = [root!.table];
  for (const table of queue)
    for (const key of keysTo(catalog, table)) {
      const next = reached.get(table)! + 1;
      if (key.onDelete === "c" && key.child === root!.table && table !== root!.table) root!.round = Math.min(root!.round ?? next, next);
      if (key.onDelete !== "c" || reached.has(key.child)) continue;
      reached.set(key.child, next);
      queue.push(key.child);
    }
  for (const entry of closure.deletes) entry.depth = reached.get(entry.table)!;
  for (const set of closure.sets)
    set.depth = 1 + Math.min(...closure.deletes.filter(({ table }) => keysTo(catalog, table).includes(set.key)).map(({ depth }) => depth));
}

export interface ClosureCounts {
  target: number;
  /** Of the target's rows those that keys can point at: rows that only inherit from it are left out. */
  own: number;
  /** By table OID; the root's own is what its self references add. */
  deletes: Map<number, number>;
  /** By OID of a constraint that is not the only one to lead to its table: rows that go by it, if by others as well. */
  paths: Map<number, number>;
  /** By constraint OID. */
  sets: Map<number, number>;
  /** Keys some of whose rows to set go by another path: they may be set first, or not. */
  contested: ReadonlySet<number>;
  blocks: Map<number, number>;
  /** Of each partitioned table that loses rows, the partitions that do. */
  places: Map<number, number[]>;
  /** By constraint OID: what is passed on from the columns that a key sets; absent where nothing was asked. */
  onward?: ReadonlyMap<number, Pick<ChangedKey, "onward">>;
  /** By OID of a key that sets a default and refers to a partitioned table: the partition that default is in, none where it is nowhere. */
  defaults: Map<number, number[]>;
}

const attname = (catalog: Catalog, table: number, attnum: number): string =>
  quoteIdent(catalog.relations.get(table)?.columns.find((column) => column.attnum === attnum)?.name ?? "");

/** As the server's own queries for keys name a table: without what only inherits from it (ri_triggers.c). */
const ident = (relation: CatalogRelation): string =>
  `${relation.kind === "p" ? "" : "ONLY "}${quoteIdent(relation.schema)}.${quoteIdent(relation.name)}`;

/** Columns of a table that keys in the closure compare. */
export function neededColumns(catalog: Catalog, closure: Closure, table: number): { name: string; attnum: number }[] {
  const keys = [
    ...closure.deletes.flatMap((entry) => [...entry.via, ...entry.self]),
    ...closure.sets.map((entry) => entry.key),
    ...closure.blocks,
  ];
  const wanted = new Set<string>();
  const pointed = pointedAt(catalog, table);
  for (const key of keys) {
    if (!pointed.has(key.parent)) continue;
    // Partitions number their columns on their own; the name is what they share.
    for (const attnum of key.parentColumns)
      wanted.add(catalog.relations.get(key.parent)?.columns.find((column) => column.attnum === attnum)?.name ?? "");
  }
  return (catalog.relations.get(table)?.columns ?? [])
    .filter((column) => wanted.has(column.name))
    .map(({ name, attnum }) => ({ name, attnum }));
}

/** Names inside the query; none that a table of the statement is likely to have. */
const SELECTED = '"selected rows"';
const REACHED = '"reached rows"';

/** The sets of rows a closure consists of, as parts of one `WITH RECURSIVE`. */
export interface ClosureSets {
  /** Everything between `WITH RECURSIVE` and the query that uses it. */
  parts: string;
  /** Name of the set of rows a table loses: their places as `t` (tableoid) and `c` (ctid), their keys as `k<attnum>`. */
  rowsOf(table: number): string;
  /** `FROM` and `WHERE` of the rows `x` that refer by `key` to a row in one of the sets. */
  referring(key: ForeignKey): string;
}

/** From the selected rows (`base`, see selectionOf): each table's rows once whatever the number of paths to them, self references followed to their end. */
export function closureSets(catalog: Catalog, closure: Closure, base: string): ClosureSets {
  const parts: string[] = [`${SELECTED} AS (${base})`];
  const rootEntry = closure.deletes[0]!;
  const round = closure.deletes.some((entry) => entry.table === rootEntry.table && entry.via.length > 0) || hasCircle(catalog, closure);
  // What follows no self reference is what was selected, once.
  const set = (table: number) => (table === rootEntry.table && rootEntry.self.length === 0 && !round ? SELECTED : `"rows of ${table}"`);
  /** Those that keys can point at: rows that only inherit from the table are selected with it, and are not. */
  const pointed = (table: number) =>
    table === rootEntry.table && inherited(catalog, table) ? `(SELECT * FROM ${set(table)} WHERE t = ${table})` : set(table);
  const keyColumns = (key: ForeignKey, table: number) =>
    key.parentColumns.map((attnum) => {
      const name = catalog.relations.get(key.parent)?.columns.find((column) => column.attnum === attnum)?.name;
      return `k${catalog.relations.get(table)?.columns.find((column) => column.name === name)?.attnum ?? attnum}`;
    });
  /** `x` refers by `key` to a row deleted from one of the tables it may point into. */
  const refers = (key: ForeignKey): string =>
    closure.deletes
      .filter((entry) => keysTo(catalog, entry.table).includes(key))
      .map((entry) => {
        const child = key.childColumns.map((attnum) => `x.${attname(catalog, key.child, attnum)}`).join(", ");
        return `(${child}) IN (SELECT ${keyColumns(key, entry.table).join(", ")} FROM ${pointed(entry.table)} q)`;
      })
      .join(" OR ") || "false";
  /** The child's rows `x` that refer by `key` to a deleted row. */
  const referring = (key: ForeignKey): string => {
    const child = ident(catalog.relations.get(key.child)!);
    const entries = closure.deletes.filter((entry) => keysTo(catalog, entry.table).includes(key));
    if (entries.length !== 1 || key.parent !== entries[0]!.table) return `${child} x WHERE (${refers(key)})`;
    const { table } = entries[0]!;
    const columns = keyColumns(key, table);
    const on = key.childColumns.map((attnum, i) => `x.${attname(catalog, key.child, attnum)} = p.${columns[i]}`).join(" AND ");
    return `${child} x JOIN ${pointed(table)} p ON ${on} WHERE true`;
  };
  if (round) parts.push(`${REACHED} AS (${reachedRows(catalog, closure)})`);
  for (const entry of closure.deletes) {
    if (set(entry.table) === SELECTED) continue;
    const relation = catalog.relations.get(entry.table)!;
    const columns = neededColumns(catalog, closure, entry.table);
    const list = ["x.tableoid AS t", "x.ctid AS c", ...columns.map((column) => `x.${quoteIdent(column.name)} AS k${column.attnum}`)].join(
      ", ",
    );
    if (round) {
      const own = entry.table === rootEntry.table ? ident(relation).replace(/^ONLY /, "") : ident(relation);
      const places = `SELECT t, c FROM ${REACHED} WHERE n = ${entry.table}`;
      parts.push(`${set(entry.table)} AS (SELECT ${list} FROM ${own} x WHERE (x.tableoid, x.ctid) IN (${places}))`);
      continue;
    }
    const plain = ["t", "c", ...columns.map((column) => `k${column.attnum}`)].join(", ");
    const seeds =
      entry.depth === 0 ? [`SELECT ${plain} FROM ${SELECTED}`] : entry.via.map((key) => `SELECT ${list} FROM ${referring(key)}`);
    const onward = entry.self.map((key) => {
      const on = key.childColumns
        .map((attnum, i) => `x.${attname(catalog, entry.table, attnum)} = p.${keyColumns(key, entry.table)[i]}`)
        .join(" AND ");
      return `SELECT ${list} FROM ${ident(relation)} x JOIN ${set(entry.table)} p ON ${on}`;
    });
    parts.push(`${set(entry.table)} AS (${[seeds.join(" UNION "), ...onward].join(" UNION ")})`);
  }
  return { parts: parts.join(", "), rowsOf: set, referring };
}

/** A circle of tables, or a key that leads from a partition into its whole; self references alone are none. */
function hasCircle(catalog: Catalog, closure: Closure): boolean {
  const order = new Map(closure.deletes.map((entry, at) => [entry.table, at]));
  return closure.deletes.some((entry, at) =>
    entry.via.some((key) => pointing(catalog, closure, key).some(({ table }) => order.get(table)! >= at)),
  );
}

/** Entries a key may point into. */
const pointing = (catalog: Catalog, closure: Closure, key: ForeignKey): Closure["deletes"] =>
  closure.deletes.filter((entry) => keysTo(catalog, entry.table).includes(key));

/** Places of everything that goes, however often the keys lead around: each step follows every key from the rows of the step before. */
function reachedRows(catalog: Catalog, closure: Closure): string {
  const steps = closure.deletes.flatMap((entry) =>
    [...entry.via, ...entry.self].flatMap((key) =>
      pointing(catalog, closure, key).map(({ table }) => {
        const on = key.childColumns
          .map((attnum, i) => `x.${attname(catalog, key.child, attnum)} = p.${attname(catalog, key.parent, key.parentColumns[i]!)}`)
          .join(" AND ");
        const parent = catalog.relations.get(table)!;
        return `SELECT ${entry.table} AS n, x.tableoid AS t, x.ctid AS c FROM ${ident(parent)} p JOIN ${ident(catalog.relations.get(key.child)!)} x ON ${on} WHERE w.n = ${table} AND p.tableoid = w.t AND p.ctid = w.c`;
      }),
    ),
  );
  const root = closure.deletes[0]!.table;
  return `SELECT ${root} AS n, t, c FROM ${SELECTED} UNION SELECT f.n, f.t, f.c FROM ${REACHED} w CROSS JOIN LATERAL (${steps.join(" UNION ALL ")}) f`;
}

/** What is counted behind the keys that set columns, in the same query. */
export interface Behind {
  /** Further sets of rows, from those that a key sets (`FROM` and `WHERE` of rows `x`). */
  parts(rowsOf: (key: ForeignKey) => string): string[];
  figures: string[];
}

/** One query that counts the whole closure. */
export function closureQuery(catalog: Catalog, closure: Closure, base: string, behind?: Behind): string {
  const { parts, rowsOf, referring } = closureSets(catalog, closure, base);
  const root = closure.deletes[0]!.table;
  // Rows of a partition may go by their own name while a key names the whole.
  const deleted = (table: number, alone?: number) => {
    const kin = new Set([...ancestry(catalog, table), ...family(catalog, table)]);
    return (
      closure.deletes
        .filter((entry) => kin.has(entry.table) && (alone === undefined || entry.table === alone))
        // Of the statement's own rows all are gone before any key acts; what keys take goes later.
        .map((entry) => ` AND (x.tableoid, x.ctid) NOT IN (SELECT t, c FROM ${alone === undefined ? rowsOf(entry.table) : SELECTED})`)
        .join("")
    );
  };
  const figures = [
    `(SELECT count(*) FROM ${SELECTED}) AS target`,
    ...(inherited(catalog, root) ? [`(SELECT count(*) FROM ${SELECTED} WHERE t = ${root}) AS own`] : []),
    ...closure.deletes.map(
      (entry) =>
        `(SELECT count(*) FROM ${rowsOf(entry.table)})${entry.table === root ? ` - (SELECT count(*) FROM ${SELECTED})` : ""} AS d${entry.table}`,
    ),
    ...divided(catalog, closure).map((table) => `(SELECT array_agg(DISTINCT t::int8) FROM ${rowsOf(table)}) AS p${table}`),
    ...[...closure.sets.map((entry) => entry.key), ...closure.blocks].map(
      (key) => `(SELECT count(*) FROM ${referring(key)}${deleted(key.child)}) AS f${key.oid}`,
    ),
    ...placedDefaults(catalog, closure).map(({ key, on }) => {
      const parent = ident(catalog.relations.get(key.parent)!);
      return `(SELECT array_agg(DISTINCT x.tableoid::int8) FROM ${parent} x WHERE ${on}) AS v${key.oid}`;
    }),
    ...pathKeys(closure).map((key) => `(SELECT count(*) FROM ${referring(key)}) AS p${key.oid}`),
    ...closure.sets
      .filter(({ key }) => deleted(key.child) !== "")
      .map(({ key }) => `(SELECT count(*) FROM ${referring(key)}${deleted(key.child, root)}) AS a${key.oid}`),
  ];
  const further = behind?.parts((key) => `${referring(key)}${deleted(key.child)}`) ?? [];
  return `WITH RECURSIVE ${[parts, ...further].join(", ")} SELECT ${[...figures, ...(behind?.figures ?? [])].join(", ")}`;
}

/** Keys that are not the only ones to lead to a table. */
const pathKeys = (closure: Closure): ForeignKey[] =>
  closure.deletes.flatMap(({ via, self }) => (via.length + self.length > 1 ? [...via, ...self] : []));

/** A default that is written out: a value, and nothing that is called. */
export const LITERAL = /^('([^']|'')*'(::[\w ]+)?|-?[\d.]+|true|false)$/i;

/** Keys that set columns to values which are written out, as conditions on the row of a partitioned table they then refer to. */
const placedDefaults = (catalog: Catalog, closure: Closure): { key: ForeignKey; on: string }[] =>
  closure.sets.flatMap(({ key }) => {
    const child = catalog.relations.get(key.child);
    if (key.onDelete !== "d" || key.setColumns.length > 0 || catalog.relations.get(key.parent)?.kind !== "p") return [];
    const values = key.childColumns.map((attnum) => child?.columns.find((column) => column.attnum === attnum)?.expression ?? "");
    if (!values.every((value) => LITERAL.test(value))) return [];
    return [{ key, on: values.map((value, i) => `x.${attname(catalog, key.parent, key.parentColumns[i]!)} = ${value}`).join(" AND ") }];
  });

const divided = (catalog: Catalog, closure: Closure): number[] =>
  closure.deletes.flatMap(({ table }) => (catalog.relations.get(table)?.kind === "p" ? [table] : []));

export function readCounts(catalog: Catalog, closure: Closure, row: Record<string, any>): ClosureCounts {
  return {
    target: Number(row.target),
    own: Number(row.own ?? row.target),
    deletes: new Map(closure.deletes.map((entry) => [entry.table, Number(row[`d${entry.table}`])])),
    paths: new Map(pathKeys(closure).map((key) => [key.oid, Number(row[`p${key.oid}`])])),
    sets: new Map(closure.sets.map(({ key }) => [key.oid, Number(row[`f${key.oid}`])])),
    contested: new Set(
      closure.sets.flatMap(({ key }) => (row[`a${key.oid}`] !== undefined && row[`a${key.oid}`] !== row[`f${key.oid}`] ? [key.oid] : [])),
    ),
    blocks: new Map(closure.blocks.map((key) => [key.oid, Number(row[`f${key.oid}`])])),
    defaults: new Map(placedDefaults(catalog, closure).map(({ key }) => [key.oid, ((row[`v${key.oid}`] ?? []) as string[]).map(Number)])),
    places: new Map(divided(catalog, closure).map((table) => [table, ((row[`p${table}`] ?? []) as string[]).map(Number)])),
  };
}
