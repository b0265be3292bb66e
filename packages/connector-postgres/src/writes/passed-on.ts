import type { AnalysisContext } from "../analysis-context.ts";
import type { ChangedKey } from "../cascades.ts";
import { ancestry, family } from "../catalog.ts";
import type { Catalog, CatalogColumn, CatalogRelation, ForeignKey } from "../catalog-model.ts";
import { keysTo, LITERAL, type Behind, type Closure } from "../closure.ts";
import { quoteIdent } from "../query.ts";
import { isHidden } from "../row-security.ts";
import { holds } from "../versions.data.ts";
import { columnNames } from "./key-locks.ts";
import { isEmpty } from "./null-columns.ts";
import { movesRows } from "./partition-moves.ts";
import { sqlName } from "./row-source.ts";

/** Rows whose columns change, in a query: columns as `o<attnum>` before and `n<attnum>` after, their places as `t` (tableoid) and `c` (ctid). */
export interface ChangedRows {
  /** What the query calls them. */
  name: string;
  /** The table whose attribute numbers name the columns. */
  relation: CatalogRelation;
}

/** One key by which a change of keys goes on from table to table. */
export interface Step {
  key: ForeignKey;
  /** Steps from the statement; 1 for keys to its own table. */
  level: number;
  /** Columns of its own table whose values can come to differ. */
  columns: readonly string[];
  /** The step whose rows it follows; none for keys to the statement's own table. */
  from?: Step;
  onward: Step[];
  /** The rows it changes; absent for keys that only forbid. */
  changes?: ChangedRows;
  /** Steps that may have moved the same rows away before it looks. */
  before: Step[];
  /** Steps that change rows of the same table before it does. */
  earlier: Step[];
  /** Which of several keys comes to a row first is the server's affair, or the statement changes those rows as well. */
  contested: boolean;
}

/** So many keys are followed from one statement, and from none to itself. */
const MOST_STEPS = 24;

const acts = (action: string): boolean => "cnd".includes(action);

/** Names of what a key writes when what it refers to is changed (`c`) or taken away. */
export const writtenNames = ({ catalog }: AnalysisContext, key: ForeignKey, event: "update" | "delete"): string[] =>
  columnNames(catalog, key.child, event === "delete" && key.setColumns.length > 0 ? key.setColumns : key.childColumns);

/** Of what a key writes, the columns whose values can come to differ; `changed`: those of the referenced table. */
export function changedNames(
  { catalog }: AnalysisContext,
  key: ForeignKey,
  written: readonly string[],
  changed: readonly string[],
): string[] {
  if (key.onUpdate !== "c") return [...written];
  const parent = columnNames(catalog, key.parent, key.parentColumns);
  return written.filter((_, i) => changed.includes(parent[i]!));
}

/**
 * Keys to columns that a key changes in its own table, and all columns that change there. `followed` is false where the figures of the
 * next step cannot be had: columns that the server computes from others, and rows whose move to another partition deletes them.
 */
export function onwardKeys(
  context: AnalysisContext,
  key: ForeignKey,
  changed: readonly string[],
): { keys: ForeignKey[]; columns: readonly string[]; followed: boolean } {
  const { catalog } = context;
  const child = catalog.relations.get(key.child)!;
  const computed = child.columns.filter(({ generated }) => generated).map(({ name }) => name);
  const touches = (other: ForeignKey, names: readonly string[]): boolean =>
    columnNames(catalog, other.parent, other.parentColumns).some((name) => names.includes(name));
  const columns = [...changed, ...computed];
  const keys = changed.length === 0 ? [] : keysTo(catalog, key.child).filter((other) => touches(other, columns));
  const parts = family(catalog, key.child).slice(1);
  const deleted =
    movesRows(context, child, changed) && (!holds("movesAreUpdates", catalog.version) || keys.some(({ parent }) => parts.includes(parent)));
  return { keys, columns, followed: !deleted && !keys.some((other) => touches(other, computed)) };
}

/**
 * The way of a change through keys, level by level as the server takes it: a key's query queues its own AFTER triggers behind those
 * that wait already (RI queries run with EXEC_FLAG_SKIP_TRIGGERS in ri_triggers.c). `own`: columns the statement itself assigns.
 */
export function stepsFrom(
  context: AnalysisContext,
  target: CatalogRelation,
  roots: readonly ForeignKey[],
  own: readonly string[],
  event: "update" | "delete" = "update",
): Step[] {
  const { catalog } = context;
  const all: Step[] = [];
  const add = (key: ForeignKey, from?: Step): Step => {
    const written = writtenNames(context, key, from ? "update" : event);
    const columns = !from && event === "delete" ? written : changedNames(context, key, written, from?.columns ?? own);
    const level = from ? from.level + 1 : 1;
    const step: Step = { key, level, columns, ...(from ? { from } : {}), onward: [], before: [], earlier: [], contested: false };
    all.push(step);
    return step;
  };
  for (const key of roots) add(key);
  for (const [at, step] of all.entries()) {
    const { key, level } = step;
    const first = level === 1 ? event : "update";
    const action = first === "delete" ? key.onDelete : key.onUpdate;
    const relation = catalog.relations.get(key.child)!;
    if (!acts(action) || (action === "d" && !step.columns.every((name) => isWrittenOut(relation, name)))) continue;
    step.changes = { name: `"step ${at}"`, relation };
    const { keys, followed } = onwardKeys(context, key, step.columns);
    if (!followed || all.length + keys.length > MOST_STEPS) continue;
    for (const next of keys) if (!pathOf(step).includes(next) && !isHidden(context, next.child)) step.onward.push(add(next, step));
  }
  const kin = (a: number, b: number): boolean => ancestry(catalog, a).includes(b) || family(catalog, a).includes(b);
  for (const [at, step] of all.entries()) {
    const names = columnNames(catalog, step.key.child, step.key.childColumns);
    if (step.level > 1 && kin(step.key.child, target.oid) && names.some((name) => own.includes(name))) step.contested = true;
    for (const [place, other] of all.entries()) {
      if (other === step || !other.changes || !kin(step.key.child, other.key.child)) continue;
      const shared = other.columns.some((name) => names.includes(name));
      if (shared && other.level === step.level) step.contested = true;
      if (place > at) continue;
      if (shared) step.before.push(other);
      if (step.changes) step.earlier.push(other);
    }
  }
  return all;
}

const pathOf = (step: Step): ForeignKey[] => [step.key, ...(step.from ? pathOf(step.from) : [])];

function isWrittenOut(relation: CatalogRelation, name: string): boolean {
  const column = relation.columns.find((item) => item.name === name);
  return column !== undefined && (isEmpty(column) || LITERAL.test(column.expression ?? ""));
}

const columnOf = (relation: CatalogRelation, name: string): CatalogColumn => relation.columns.find((item) => item.name === name)!;

/** One side of changed rows: expressions for columns by name. */
export const sideOf =
  ({ relation }: ChangedRows) =>
  (prefix: "n" | "o", names: readonly string[], alias = "w"): string[] =>
    names.map((name) => `${alias}.${prefix}${columnOf(relation, name).attnum}`);

const row = (items: readonly string[]): string => (items.length === 1 ? items[0]! : `ROW(${items.join(", ")})`);

/** Columns come to differ, as IS DISTINCT FROM has it. */
export const differing = (rows: ChangedRows, names: readonly string[], alias = "w"): string =>
  `${row(sideOf(rows)("n", names, alias))} IS DISTINCT FROM ${row(sideOf(rows)("o", names, alias))}`;

/** A referenced key that held values and only looks different, as 1.0 for 1, is passed on as well (ri_KeysEqual in ri_triggers.c compares bytes). */
export function keyChanges(catalog: Catalog, rows: ChangedRows, key: ForeignKey): string {
  const names = columnNames(catalog, key.parent, key.parentColumns);
  const side = sideOf(rows);
  const record = (prefix: "n" | "o"): string => `CAST(ROW(${side(prefix, names).join(", ")}) AS record)`;
  const held = side("o", names).map((item) => `${item} IS NOT NULL`);
  const below = rows.relation.kind === "p" ? family(catalog, rows.relation.oid).slice(1) : [];
  // What a key to a part of the table is about are the rows in that part.
  const within = below.includes(key.parent) ? ` AND w.t IN (${family(catalog, key.parent).join(", ")})` : "";
  return `${held.join(" AND ")} AND NOT ${record("n")} OPERATOR(pg_catalog.*=) ${record("o")}${within}`;
}

/** `FROM` and `WHERE` of the rows `x` that refer by a key to what changed rows `w` held before. */
export function referring(catalog: Catalog, rows: ChangedRows, key: ForeignKey): string {
  const child = catalog.relations.get(key.child)!;
  const before = sideOf(rows)("o", columnNames(catalog, key.parent, key.parentColumns));
  const on = columnNames(catalog, key.child, key.childColumns).map((name, i) => `x.${quoteIdent(name)} = ${before[i]}`);
  return `${child.kind === "p" ? "" : "ONLY "}${sqlName(child)} x JOIN ${rows.name} w ON ${on.join(" AND ")} WHERE ${keyChanges(catalog, rows, key)}`;
}

/** Of rows `x`, those that no step before has made refer to something else. */
const untouched = (context: AnalysisContext, step: Step): string =>
  step.before
    .map((other) => {
      const names = columnNames(context.catalog, step.key.child, step.key.childColumns);
      const shared = other.columns.filter((name) => names.includes(name));
      return ` AND NOT EXISTS (SELECT FROM ${other.changes!.name} p WHERE p.t = x.tableoid AND p.c = x.ctid AND ${differing(other.changes!, shared, "p")})`;
    })
    .join("");

/** Rows that keys of the way change, as parts of a `WITH`. `root`: the statement's own rows; `first` gives those of a key to them, if not by UPDATE. */
export function stepParts(
  context: AnalysisContext,
  steps: readonly Step[],
  root: ChangedRows,
  first?: (key: ForeignKey) => string,
): string[] {
  const { catalog } = context;
  return steps.flatMap((step) => {
    if (!step.changes || !isAsked(step, steps)) return [];
    const { key, changes, from } = step;
    const source = from?.changes ?? root;
    const written = writtenNames(context, key, first && !from ? "delete" : "update");
    const action = first && !from ? key.onDelete : key.onUpdate;
    const child = columnNames(catalog, key.child, key.childColumns);
    const given = (name: string): string => sideOf(source)("n", columnNames(catalog, key.parent, key.parentColumns))[child.indexOf(name)]!;
    const needed = new Set([...child, ...step.onward.flatMap((next) => columnNames(catalog, next.key.parent, next.key.parentColumns))]);
    const columns = [...needed].map((name) => {
      const { attnum, type, expression } = columnOf(changes.relation, name);
      const old = `x.${quoteIdent(name)}`;
      const value = action === "c" ? given(name) : action === "d" ? (expression ?? "NULL") : "NULL";
      return `${old} AS o${attnum}, ${written.includes(name) ? `CAST(${value} AS ${type})` : old} AS n${attnum}`;
    });
    const rows = first && !from ? first(key) : `${referring(catalog, source, key)}${untouched(context, step)}`;
    return [`${changes.name} AS (SELECT x.tableoid AS t, x.ctid AS c, ${columns.join(", ")} FROM ${rows})`];
  });
}

/** Whether any figure needs the rows themselves. */
const isAsked = (step: Step, steps: readonly Step[]): boolean =>
  step.level > 1 ||
  step.onward.length > 0 ||
  steps.some(
    (other) =>
      other.before.includes(step) || other.earlier.includes(step) || (other === step && step.before.length + step.earlier.length > 0),
  );

/** What is counted of every step, by names of its own. */
export function stepFigures(context: AnalysisContext, steps: readonly Step[], root: ChangedRows): string[] {
  const { catalog } = context;
  return steps.flatMap((step, at) => {
    if (!isAsked(step, steps)) return [];
    const figures: string[] = [];
    const { key, changes, from } = step;
    if (step.before.length > 0) figures.push(`(SELECT count(*) FROM ${referring(catalog, from?.changes ?? root, key)}) AS sr${at}`);
    const both = step.earlier.map(({ changes: other }) => `(SELECT count(*) FROM ${changes!.name} JOIN ${other!.name} USING (t, c))`);
    if (both.length > 0) figures.push(`${both.join(" + ")} AS st${at}`);
    const source = from?.changes ?? root;
    const changing = keyChanges(catalog, source, key);
    const names = columnNames(catalog, key.parent, key.parentColumns);
    if (changes) figures.push(`(SELECT count(*) FROM ${changes.name}) AS sd${at}`);
    if (!from) return figures;
    figures.push(
      `(SELECT count(*) FROM ${source.name} w WHERE ${changing}) AS sc${at}`,
      `(SELECT count(*) FROM ${source.name} w WHERE ${changing} AND ${differing(source, names)}) AS se${at}`,
    );
    if (changes) return figures;
    const side = sideOf(source);
    const held = side("n", names, "v").map((item, i) => `${item} = ${side("o", names)[i]}`);
    const rows = `(SELECT count(*) FROM ${referring(catalog, source, key)}${untouched(context, step)}`;
    figures.push(`${rows}) AS sd${at}`, `${rows} AND NOT EXISTS (SELECT FROM ${source.name} v WHERE ${held.join(" AND ")})) AS sl${at}`);
    return figures;
  });
}

/** Rows of the statement that take the very key another leaves: what referred to it there may then be changed once more. */
export const followers = (catalog: Catalog, rows: ChangedRows, key: ForeignKey): string => {
  const names = columnNames(catalog, key.parent, key.parentColumns);
  const side = sideOf(rows);
  const on = side("n", names, "v").map((item, i) => `${item} = ${side("o", names)[i]}`);
  return `(SELECT count(*) FROM ${rows.name} w JOIN ${rows.name} v ON ${on.join(" AND ")} WHERE ${keyChanges(catalog, rows, key)})`;
};

/** What was counted, from the keys of a step on. `shifting`: rows of the statement take the keys of others. */
export function readStep(step: Step, steps: readonly Step[], counted: Record<string, any>, shifting: boolean): Partial<ChangedKey> {
  const at = steps.indexOf(step);
  const figure = (letter: string): number | undefined => {
    const value = counted[`s${letter}${at}`];
    return value === undefined ? undefined : Number(value);
  };
  const [rows, unequal, children, left, twice] = ["c", "e", "d", "l", "t"].map(figure);
  // Nobody comes before a key that nothing refers by.
  const contested = (step.contested && (figure("r") ?? children) !== 0) || (step.before.length > 0 && shifting);
  const onward = new Map(step.onward.map((next) => [next.key.oid, { left: 0, ...readStep(next, steps, counted, shifting) } as ChangedKey]));
  return {
    ...(rows === undefined ? {} : { rows }),
    ...(unequal === undefined ? {} : { unequal }),
    ...(children === undefined ? {} : { children }),
    ...(left === undefined ? {} : { left }),
    ...(twice ? { twice } : {}),
    ...(contested ? { contested } : {}),
    ...(step.changes ? { onward } : {}),
  };
}

/** What follows from columns that a delete's keys set to NULL or a default, where anything refers to those. */
export interface SetsOnward extends Behind {
  read(counted: Record<string, any>): Map<number, Pick<ChangedKey, "onward">>;
}

export function onwardOfSets(context: AnalysisContext, closure: Closure): SetsOnward | undefined {
  const { catalog } = context;
  const [first] = closure.deletes;
  const target = catalog.relations.get(first!.table)!;
  const sets = closure.sets.map(({ key }) => key);
  const steps = stepsFrom(context, target, sets, [], "delete");
  if (steps.every(({ level }) => level === 1)) return undefined;
  // Rows that go themselves are asked for by some keys before they go, and by some after.
  const gone = closure.deletes.flatMap(({ table }) => [...ancestry(catalog, table), ...family(catalog, table)]);
  for (const step of steps) if (step.level > 1 && gone.includes(step.key.child)) step.contested = true;
  const root: ChangedRows = { name: "none", relation: target };
  return {
    parts: (rowsOf) => stepParts(context, steps, root, rowsOf),
    figures: stepFigures(context, steps, root),
    read: (counted) =>
      new Map(steps.filter(({ level }) => level === 1).map((step) => [step.key.oid, readStep(step, steps, counted, true)])),
  };
}
