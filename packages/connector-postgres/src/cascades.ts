import { strongest, sumRows, type Cascade, type Rows, type SideEffect } from "@interlock/protocol";
import type { AnalysisContext } from "./analysis-context.ts";
import { ancestry, family, qualified } from "./catalog.ts";
import type { CatalogRelation, ForeignKey } from "./catalog-model.ts";
import { estimatedDeletes, exactly, fraction, scaled, unknownRows } from "./cascade-figures.ts";
import { keysTo, type Closure, type ClosureCounts } from "./closure.ts";
import { withPartitions } from "./ddl/subject.ts";
import type { DraftStatement } from "./draft-statement.ts";
import { rulesOn } from "./rules/rule-definition.ts";
import { addForecast, columnsSetByTriggers, forecastTriggers, isNone, mayKeepRows, type WriteEvent } from "./triggers.ts";
import { holds } from "./versions.data.ts";
import { blurAll } from "./writes/effects.ts";
import { estimated } from "./writes/figures.ts";
import { columnNames, CUSTOM_PLANS, lockKeyTable, lockParents } from "./writes/key-locks.ts";
import { movesRows } from "./writes/partition-moves.ts";
import { changedNames, onwardKeys, writtenNames } from "./writes/passed-on.ts";
import { isEmpty } from "./writes/null-columns.ts";
import { isKept } from "./writes/target-locks.ts";

/** SQLSTATE of a delete that a RESTRICT key forbids: its own since 18. */
const restrictCode = (version: number): string => (holds("restrictCode", version) ? "23001" : "23503");

export interface CascadeOptions {
  /** Triggers above it. */
  depth?: number;
  /** By constraint OID: rows that refer to what goes, as the planner expects them. */
  planned?: ReadonlyMap<number, number>;
  /** A trigger may keep rows that would go. */
  alters?: boolean;
  /** Partitions that the rows of the statement itself are in, where that is known. */
  places?: readonly number[] | undefined;
}

/** Rows that go with, or change with, deleted rows; and keys that forbid the delete. */
export function describeDeleteCascades(
  context: AnalysisContext,
  target: CatalogRelation,
  closure: Closure,
  counts: ClosureCounts | undefined,
  rows: Rows,
  draft: DraftStatement,
  { depth = 0, planned, alters = false, places }: CascadeOptions = {},
): void {
  const { catalog } = context;
  if (isNone(rows)) return;
  const estimates = estimatedDeletes(context, closure, rows, planned);
  const lost = new Map<number, Rows>();
  for (const { table } of closure.deletes) {
    const figure = counts ? exactly(counts.deletes.get(table)) : (estimates.get(table) ?? unknownRows());
    lost.set(table, table === target.oid ? (counts ? exactly(counts.own + figure.value) : rows) : figure);
  }
  // A key to one part of a table is about the rows in that part.
  const reaches = (table: number, key: ForeignKey): boolean => {
    const places = ancestry(catalog, table).includes(key.parent) ? undefined : counts?.places.get(table);
    return places === undefined || places.some((place) => family(catalog, key.parent).includes(place));
  };
  // A key's own queries run for every row that goes from where it points, and not at all where none goes.
  const losing = (key: ForeignKey): number[] =>
    [...lost].flatMap(([table, gone]) => (!isNone(gone) && keysTo(catalog, table).includes(key) && reaches(table, key) ? [table] : []));
  const runs = (key: ForeignKey): boolean => losing(key).length > 0;
  // What keys take may be in any partition; what the statement selects is in those that planning keeps.
  const placesOf = (table: number): readonly number[] => {
    const taken = closure.deletes.some((entry) => entry.table === table && entry.via.length + entry.self.length > 0);
    return (
      counts?.places.get(table) ??
      (taken ? withPartitions(context, table) : ((table === target.oid ? places : undefined) ?? keptParts(context, table, draft)))
    );
  };
  // Rows that a BEFORE trigger keeps from going are left for other keys to act on, however many those were counted without them.
  const kept = closure.deletes.filter(({ table }) => mayKeepRows(context, table)).map(({ table }) => table);
  const mayStay = (key: ForeignKey): boolean =>
    kept.some((table) => [...ancestry(catalog, table), ...family(catalog, table)].includes(key.child));
  let altered = alters || kept.length > 0;
  for (const entry of closure.deletes) {
    const table = catalog.relations.get(entry.table)!;
    const keys = [...entry.via, ...entry.self];
    if (keys.length === 0) continue;
    const figure = counts ? exactly(counts.deletes.get(entry.table)) : (estimates.get(entry.table) ?? unknownRows());
    draft.cascades.push({
      object: qualified(table),
      effect: "delete",
      rows: fraction(figure, table),
      via: keys.map((key) => key.name),
      // What leads back to the target itself does so at once by a key of its own, or round by others.
      depth: entry.depth || (entry.self.length > 0 ? 1 : (entry.round ?? 1)),
      ...pathsOf(keys, counts),
    });
    if (keys.some(runs)) lockKeyTable(catalog, entry.table, "RowExclusiveLock", draft);
    altered = fire(context, table, "delete", figure, undefined, keys.some(runs), depth, draft) || altered;
  }
  for (const { key, depth: level } of closure.sets) {
    const table = catalog.relations.get(key.child)!;
    let figure = counts ? exactly(counts.sets.get(key.oid)) : scaled(context, key, estimates.get(key.parent) ?? rows, planned);
    const names = writtenNames(context, key, "delete");
    // Rows that leave a partition are counted as deleted and inserted.
    const moved = movesRows(context, table, names) && !isNone(figure);
    if (counts?.contested.has(key.oid) || mayStay(key) || moved) figure = { ...figure, kind: "estimate" };
    if (runs(key)) lockKeyTable(catalog, key.child, "RowExclusiveLock", draft);
    lockLeft(context, table, figure, draft);
    // Nothing may be left that points at what is gone, which the default might.
    if (key.onDelete === "d") lockForbidding(context, key, losing(key).flatMap(placesOf), draft);
    if (key.onDelete === "d" && !isNone(figure)) {
      // The default is checked like any new reference, of which NULL is none.
      const empty = emptied(context, key);
      const few = empty !== undefined && figure.kind === "exact" && figure.value <= CUSTOM_PLANS;
      if (!empty?.size) lockKeyTable(catalog, key.parent, "RowShareLock", draft, few ? counts?.defaults.get(key.oid) : undefined);
      if (figure.value > 0 && !empty?.size)
        draft.notes.push(`${key.name} sets a default that must exist in ${qualified(catalog.relations.get(key.parent)!)}`);
    }
    const known = draft.cascades.find((cascade) => cascade.object === qualified(table) && cascade.effect === "modify");
    if (known) {
      addPath(known, key, figure, level);
    } else
      draft.cascades.push({ object: qualified(table), effect: "modify", rows: fraction(figure, table), via: [key.name], depth: level });
    altered = fire(context, table, "update", figure, names, runs(key), depth, draft) || altered;
    const changed = counts?.onward?.get(key.oid)?.onward;
    passOn(context, key, names, figure, draft, { depth, changed, alters: altered, path: [key], level: level + 1 });
  }
  for (const key of closure.blocks) {
    const child = catalog.relations.get(key.child)!;
    if (key.onDelete === "a") lockForbidding(context, key, losing(key).flatMap(placesOf), draft);
    else if (runs(key)) lockKeyTable(catalog, key.child, "RowShareLock", draft);
    const holding = counts?.blocks.get(key.oid);
    const left = `${holding} rows of ${qualified(child)} still refer to these rows (${key.name})`;
    if (holding === undefined) draft.notes.push(`${qualified(child)} may forbid this through ${key.name}; its rows were not counted`);
    else if (holding === 0) continue;
    else if (altered || draft.sideEffects.some(mayClear)) draft.notes.push(`${left}: it fails unless a trigger takes them away first`);
    else if (key.onDelete === "a" && key.deferrable && context.more)
      draft.notes.push(`${left}: it fails unless they are gone when that is checked, at COMMIT at the latest`);
    else draft.willFail.push({ code: key.onDelete === "r" ? restrictCode(catalog.version) : "23503", reason: left });
  }
}

/** What each of several keys takes along, where it was counted; a row that several lead to goes once and is told for each. */
function pathsOf(keys: readonly ForeignKey[], counts: ClosureCounts | undefined): Pick<Cascade, "paths"> {
  if (!counts || keys.length < 2) return {};
  return { paths: keys.map((key) => ({ constraint: key.name, rows: exactly(counts.paths.get(key.oid)) })) };
}

/** Another key that changes rows of the same table: a row that two keys change is changed twice. */
function addPath(known: Cascade, key: ForeignKey, rows: Rows, depth: number): void {
  known.paths ??= [{ constraint: known.via[0]!, rows: plain(known.rows) }];
  known.paths.push({ constraint: key.name, rows: plain(rows) });
  known.rows = sumRows([known.rows, rows]);
  known.via.push(key.name);
  known.depth = Math.min(known.depth, depth);
}

const plain = ({ value, kind }: Rows): Rows => ({ value, kind });

/** A trigger that may take away, or point elsewhere, what is in the way before the keys look. */
const mayClear = ({ kind, effect }: SideEffect): boolean => kind === "trigger" && !["read", "append", "session"].includes(effect);

/** What could be counted of one referenced key that an UPDATE changes. */
export interface ChangedKey {
  /** Rows whose key changes, if only in its looks. */
  rows: number;
  /** Of them those whose key comes to equal another. */
  unequal: number;
  /** Rows that refer to their old keys. */
  children: number;
  /** Of them those whose key no row comes to hold. */
  left: number;
  /** Of a key of the table to itself: rows that refer to their old keys once the statement has given its own values. */
  after?: number;
  /** Partitions with rows whose key changes and that stay where they are, by OID; absent where there are none. */
  staying?: readonly number[];
  /** Other keys, or the statement, may change the same rows before this one finds them: its figures are estimates. */
  contested?: boolean;
  /** Of the rows it changes those that other keys changed before. */
  twice?: number;
  /** Keys to what it writes, by constraint OID. */
  onward?: ReadonlyMap<number, ChangedKey>;
}

/** Rows that an UPDATE may move to another partition. */
export interface Moving {
  rows?: number | undefined;
  /** Partitions they are in before, by OID, if known. */
  from?: readonly number[] | undefined;
}

/** Rows that refer to a key which is changed, and neither follow it nor change themselves in the same statement. */
function forbidChange(
  context: AnalysisContext,
  key: ForeignKey,
  target: CatalogRelation,
  found: ChangedKey | undefined,
  names: readonly string[],
  draft: DraftStatement,
): void {
  const { catalog } = context;
  const child = catalog.relations.get(key.child)!;
  const restricts = key.onUpdate === "r";
  const holding = restricts ? found?.children : found?.left;
  if (holding === 0) return;
  const own = ancestry(catalog, target.oid).some((oid) => family(catalog, oid).includes(key.child));
  const later = !restricts && key.deferrable && context.more;
  if (holding === undefined || own || found?.contested || key.temporal || later || draft.sideEffects.some(mayClear))
    draft.notes.push(`${qualified(child)} may forbid changing ${names.join(", ")} through ${key.name}`);
  else
    draft.willFail.push({
      code: restricts ? restrictCode(catalog.version) : "23503",
      reason: `${holding} rows of ${qualified(child)} still refer to these rows (${key.name})`,
    });
}

/** What an UPDATE does to the rows that refer to changed keys. */
export interface KeyChanges extends CascadeOptions {
  /** By constraint OID, where it could be counted. */
  changed?: ReadonlyMap<number, ChangedKey> | undefined;
  /** Rows that keys of the table to itself change once more, by constraint OID: of other keys those that they give a value. */
  again?: ReadonlyMap<number, ReadonlyMap<number, number>>;
  /** Absent where none can. */
  moving?: Moving | undefined;
  /** Keys that led here, from the statement on. */
  path?: readonly ForeignKey[];
  /** Steps from the statement to what these keys change, at least 1. */
  level?: number;
}

/** Keys that refer to what an UPDATE of these columns changes, and pass the change on. */
export const changingKeys = ({ catalog }: AnalysisContext, target: CatalogRelation, columns: readonly string[]): ForeignKey[] =>
  keysTo(catalog, target.oid).filter(
    (key) =>
      key.onUpdate !== "a" &&
      key.onUpdate !== "r" &&
      columnNames(catalog, key.parent, key.parentColumns).some((name) => columns.includes(name)),
  );

/** Changing a referenced key reaches the rows that refer to it; where it is not known whether values really change, figures are estimates. */
export function describeUpdateCascades(
  context: AnalysisContext,
  target: CatalogRelation,
  columns: readonly string[],
  rows: Rows,
  draft: DraftStatement,
  { depth = 0, changed, again, planned, moving, alters = false, path = [], level = 1 }: KeyChanges = {},
): void {
  const { catalog } = context;
  if (isNone(rows)) return;
  for (const key of keysTo(catalog, target.oid)) {
    const names = columnNames(catalog, key.parent, key.parentColumns);
    if (path.includes(key) || !names.some((name) => columns.includes(name))) continue;
    const found = changed?.get(key.oid);
    if (found?.rows === 0) continue;
    const child = catalog.relations.get(key.child)!;
    if (key.onUpdate === "a" || key.onUpdate === "r") {
      if (key.onUpdate === "a") lockChanged(context, key, target, found, moving, draft);
      else lockKeyTable(catalog, key.child, "RowShareLock", draft);
      forbidChange(context, key, target, found, names, draft);
      continue;
    }
    // Rows of the table itself may no longer refer to what they did before the statement.
    const own = [...ancestry(catalog, target.oid), ...family(catalog, target.oid)].includes(key.child);
    const pointed = columnNames(catalog, key.child, key.childColumns).some((name) => columns.includes(name));
    const passed = writtenNames(context, key, "update");
    const changing = changedNames(context, key, passed, columns);
    const children = found ? exactly(found.children) : scaled(context, key, rows, planned);
    const blurred = alters || (own && pointed && level === 1) || found?.contested === true;
    const figure = blurred || (movesRows(context, child, changing) && !isNone(children)) ? estimated(children) : children;
    lockKeyTable(catalog, key.child, "RowExclusiveLock", draft);
    lockLeft(context, child, figure, draft);
    if (key.onUpdate === "d") lockChanged(context, key, target, found, moving, draft);
    const known = draft.cascades.find((cascade) => cascade.object === qualified(child) && cascade.effect === "modify");
    if (known) {
      addPath(known, key, figure, level);
    } else
      draft.cascades.push({ object: qualified(child), effect: "modify", rows: fraction(figure, child), via: [key.name], depth: level });
    const altered = fire(context, child, "update", figure, passed, true, depth, draft);
    // The new reference is checked, and so are other keys that share its columns; one that equals the old is not.
    if (key.onUpdate !== "n" && found?.unequal !== 0 && found?.after !== 0) {
      const nulls = key.onUpdate === "d" ? emptied(context, key) : undefined;
      lockParents(context, child, changing, figure, draft, nulls ? { nulls } : {});
    }
    // A row that this transaction made is asked for all it refers to, changed or not (RI_FKey_fk_upd_check_required).
    for (const [other, twice] of again?.get(key.oid) ?? [])
      if (twice > 0) lockKeyTable(catalog, catalog.foreignKeys.find(({ oid }) => oid === other)!.parent, "RowShareLock", draft);
    if ((found?.twice ?? 0) > 0 || (!again && key.child === target.oid && !isNone(figure)))
      lockParents(context, child, undefined, figure, draft);
    const next = { depth, changed: found?.onward, alters: blurred || altered, path: [...path, key], level: level + 1 };
    passOn(context, key, changing, figure, draft, next);
  }
}

/** Of a table that loses rows, or some of whose keys change, the parts that a statement opens. */
export const keptParts = ({ catalog }: AnalysisContext, table: number, draft: DraftStatement): number[] =>
  catalog.relations.get(table)?.kind === "p" ? family(catalog, table).filter((oid) => isKept(catalog.relations.get(oid)!, draft)) : [table];

/**
 * NO ACTION, and SET DEFAULT once it has set: whether another row has come to hold the old key, then whether anything refers to it
 * (ri_restrict and ri_Check_Pk_Match in ri_triggers.c). The first is asked of the very partition (`places`) that the row was in.
 */
export function lockForbidding({ catalog }: AnalysisContext, key: ForeignKey, places: readonly number[], draft: DraftStatement): void {
  if (places.length === 0) return;
  lockKeyTable(catalog, key.child, "RowShareLock", draft);
  for (const oid of places) {
    const part = catalog.relations.get(oid)!;
    if (part.kind !== "p") draft.locks.add(qualified(part), "RowShareLock");
  }
}

/** The same of keys that an UPDATE changes; of rows that move it is asked of the table that is written (ExecCrossPartitionUpdateForeignKey in nodeModifyTable.c). */
function lockChanged(
  context: AnalysisContext,
  key: ForeignKey,
  target: CatalogRelation,
  found: ChangedKey | undefined,
  moving: Moving | undefined,
  draft: DraftStatement,
): void {
  const { catalog } = context;
  lockForbidding(context, key, found?.staying ?? keptParts(context, target.oid, draft), draft);
  if (!moving || !ancestry(catalog, target.oid).includes(key.parent)) return;
  const few = moving.rows !== undefined && moving.rows <= CUSTOM_PLANS;
  lockKeyTable(catalog, key.child, "RowShareLock", draft);
  lockKeyTable(catalog, target.oid, "RowShareLock", draft, few ? moving.from : undefined);
}

/** Rows that are changed in a partition may have to leave it: its bounds are read, from what it is a part of (ExecUpdateAct in nodeModifyTable.c). */
function lockLeft({ catalog }: AnalysisContext, child: CatalogRelation, rows: Rows, draft: DraftStatement): void {
  if (child.kind !== "p" || isNone(rows)) return;
  for (const oid of family(catalog, child.oid)) {
    const part = catalog.relations.get(oid)!;
    if (part.kind === "p") draft.locks.add(qualified(part), "AccessShareLock");
  }
}

/** What a key writes in its own table may be referred to in its turn; where that leads round, or cannot be followed, no figures are given. */
function passOn(
  context: AnalysisContext,
  key: ForeignKey,
  written: readonly string[],
  rows: Rows,
  draft: DraftStatement,
  { path, ...change }: KeyChanges & { path: readonly ForeignKey[] },
): void {
  if (isNone(rows)) return;
  const child = context.catalog.relations.get(key.child)!;
  const { keys, columns, followed } = onwardKeys(context, key, written);
  const lost = followed ? keys.filter((other) => path.includes(other)) : keys;
  describeUpdateCascades(context, child, columns, rows, draft, { ...change, alters: change.alters || !followed, path });
  if (lost.length === 0) return;
  draft.incomplete = true;
  draft.notes.push(`${qualified(child)} passes the change on through ${lost.map((other) => other.name).join(", ")}`);
}

/** Whether a trigger of the table may keep rows, or change what becomes of them. */
function fire(
  context: AnalysisContext,
  table: CatalogRelation,
  event: WriteEvent,
  rows: Rows,
  columns: string[] | undefined,
  runs: boolean,
  depth: number,
  draft: DraftStatement,
): boolean {
  // How often the key's query fires the table's statement triggers depends on how the server batches its rows.
  const statements: Rows = runs ? { value: 1, kind: "estimate" } : { value: 0, kind: "exact" };
  const forecast = forecastTriggers(context, table.oid, event, rows, columns, { statements, depth });
  addForecast(draft, forecast);
  if (runs) noteRules(context, table, event, draft);
  if (!forecast.alters || isNone(rows)) return false;
  draft.notes.push(`A BEFORE trigger on ${qualified(table)} may change what cascades`);
  blurAll(draft);
  return true;
}

/** A key's own query is rewritten like any other, and the server refuses what takes its place (ri_PerformCheck in ri_triggers.c). */
function noteRules(context: AnalysisContext, table: CatalogRelation, event: WriteEvent, draft: DraftStatement): void {
  if (event === "truncate" || !rulesOn(context.catalog, table, event).length) return;
  const judged = context.judge.rewritten(table.oid, event);
  draft.effect = strongest([draft.effect, judged.effect]);
  draft.sideEffects.push(...judged.sideEffects);
  draft.incomplete = true;
  draft.notes.push(`Rules on ${qualified(table)} rewrite what foreign keys write to it`);
}

/** Columns of a key that setting their default leaves NULL; undefined where a BEFORE trigger may set them. */
function emptied(context: AnalysisContext, key: ForeignKey): Set<string> | undefined {
  const names = writtenNames(context, key, "delete");
  const set = columnsSetByTriggers(context, key.child, "update", names);
  if (!set || names.some((name) => set.has(name))) return undefined;
  const columns = context.catalog.relations.get(key.child)?.columns ?? [];
  return new Set(columns.flatMap((column) => (names.includes(column.name) && isEmpty(column) ? [column.name] : [])));
}
