import { countRows, type AnalysisContext } from "../analysis-context.ts";
import { ancestry } from "../catalog.ts";
import type { CatalogColumn, CatalogIndex, CatalogRelation, ForeignKey } from "../catalog-model.ts";
import { keysTo } from "../closure.ts";
import { quoteIdent } from "../query.ts";
import type { ChangedKey } from "../cascades.ts";
import { columnNames, keysOf, type KeyCheck } from "./key-locks.ts";
import { isHidden } from "../row-security.ts";
import { movesRows, partitionBounds, partitionColumns } from "./partition-moves.ts";
import {
  differing,
  followers,
  keyChanges,
  readStep,
  referring,
  sideOf,
  stepFigures,
  stepParts,
  stepsFrom,
  type ChangedRows,
  type Step,
} from "./passed-on.ts";
import { sqlName, type RowSource } from "./row-source.ts";

/** What could be counted of the values a statement writes. */
export interface WrittenKeys {
  rows: number;
  /** Rows whose reference to another table is new and not NULL, by constraint OID. */
  checks: Map<number, KeyCheck>;
  /** By constraint OID. */
  changed: Map<number, ChangedKey>;
  /** Partitions that rows will be in, by OID; absent when that is not known, or there are none. */
  partitions?: Map<number, number>;
  /** Partitions that rows are in before, by OID; absent for new rows and for tables without partitions. */
  sources?: number[];
  /** Rows that go to another partition; absent like `partitions`. */
  moved?: number;
  /** Partitions they go from, by OID; absent like `partitions`. */
  leaving?: number[];
  /** Rows that a key of the table to itself changes once more, with a value for another key, by the OIDs of both. */
  again: Map<number, Map<number, number>>;
  /** Rows whose unique values are there already; absent where nothing was asked. */
  conflicting?: number;
}

export interface Asked {
  /** Columns an UPDATE assigns; undefined for new rows. */
  assigned: readonly string[] | undefined;
  /** Unique indexes that decide about a conflict. */
  arbiters?: readonly CatalogIndex[];
}

/** Counts, in one query, whose keys a statement checks and changes. Undefined when its rows cannot be counted. */
export async function countWrittenKeys(
  context: AnalysisContext,
  target: CatalogRelation,
  source: RowSource,
  { assigned, arbiters = [] }: Asked,
): Promise<WrittenKeys | undefined> {
  const { catalog } = context;
  const column = (name: string): CatalogColumn | undefined => target.columns.find((item) => item.name === name);
  const touched = (names: readonly string[]): boolean => !assigned || names.some((name) => assigned.includes(name));
  const divided = target.kind === "p" && (!assigned || movesRows(context, target, assigned));
  // A row that moves is new where it goes: whatever it refers to is asked for, changed or not (AfterTriggerSaveEvent in trigger.c).
  const own = keysOf(catalog, target).filter((key) => divided || touched(columnNames(catalog, key.child, key.childColumns)));
  const pointing = assigned
    ? keysTo(catalog, target.oid).filter(
        (key) => touched(columnNames(catalog, key.parent, key.parentColumns)) && !isHidden(context, key.child),
      )
    : [];
  // Rows that refer to rows of their own table may be changed by the statement and then by the key.
  const changesAgain = (key: ForeignKey): ForeignKey[] =>
    source.old && key.child === target.oid && "cnd".includes(key.onUpdate) ? keysOf(catalog, target).filter((other) => other !== key) : [];
  const root: ChangedRows = { name: "written", relation: target };
  const side = sideOf(root);
  const bounds = divided ? await partitionBounds(context, target) : undefined;
  const partColumns = bounds ? partitionColumns(context, target) : undefined;

  const attempt = async (
    keys: readonly ForeignKey[],
    changing: readonly ForeignKey[],
    parts: boolean,
    steps: readonly Step[],
  ): Promise<WrittenKeys | undefined> => {
    const needed = new Map<string, CatalogColumn>();
    const need = (names: readonly string[]): void => {
      for (const name of names) if (column(name)) needed.set(name, column(name)!);
    };
    for (const key of keys) need(columnNames(catalog, key.child, key.childColumns));
    for (const key of changing) {
      need(columnNames(catalog, key.parent, key.parentColumns));
      if (!source.old || key.child !== target.oid) continue;
      for (const other of [key, ...changesAgain(key)])
        need(columnNames(catalog, other.child, other.childColumns).filter((name) => assigned!.includes(name)));
    }
    for (const index of arbiters) need(columnNames(catalog, index.table, index.columns.slice(0, index.keyColumns)));
    if (parts) need(partColumns!);
    const sql = source.rows([...needed.values()]);
    if (sql === undefined) return undefined;
    const row = (items: readonly string[]): string => (items.length === 1 ? items[0]! : `ROW(${items.join(", ")})`);
    const allSet = (items: readonly string[]): string => items.map((item) => `${item} IS NOT NULL`).join(" AND ");
    const differs = (names: readonly string[]): string => differing(root, names);
    const conflict = arbiters
      .map((index) => {
        const names = columnNames(catalog, index.table, index.columns.slice(0, index.keyColumns));
        return `EXISTS (SELECT FROM ${sqlName(target)} x WHERE ${names.map((name) => `x.${quoteIdent(name)} = w.n${column(name)!.attnum}`).join(" AND ")})`;
      })
      .join(" OR ");
    const fresh = conflict === "" ? "true" : "NOT w.conflict";
    const moves = parts && source.old;
    /** What decides about a row's partition, by the names the bounds use. */
    const placing = (): string => partColumns!.map((name) => `w.n${column(name)!.attnum} AS ${quoteIdent(name)}`).join(", ");
    const checked = (key: ForeignKey): string => {
      const names = columnNames(catalog, key.child, key.childColumns);
      const asked = moves ? `(${differs(names)} OR w.moves)` : differs(names);
      return [allSet(side("n", names)), ...(source.old ? [asked] : []), fresh].join(" AND ");
    };
    const figures = ["count(*) AS rows"];
    if (conflict !== "") figures.push("count(*) FILTER (WHERE w.conflict) AS conflicting");
    for (const index of arbiters) {
      const names = columnNames(catalog, index.table, index.columns.slice(0, index.keyColumns));
      const all = allSet(side("n", names));
      figures.push(`count(*) FILTER (WHERE ${all}) - count(DISTINCT ${row(side("n", names))}) FILTER (WHERE ${all}) AS twice${index.oid}`);
    }
    for (const key of keys) {
      figures.push(`count(*) FILTER (WHERE ${checked(key)}) AS k${key.oid}`);
      const parent = catalog.relations.get(key.parent);
      if (parent?.kind !== "p" || isHidden(context, parent.oid)) continue;
      const on = columnNames(catalog, key.parent, key.parentColumns).map(
        (name, i) => `x.${quoteIdent(name)} = ${side("n", columnNames(catalog, key.child, key.childColumns))[i]}`,
      );
      figures.push(
        `(SELECT array_agg(DISTINCT x.tableoid::int8) FROM ${sqlName(parent)} x JOIN written w ON ${on.join(" AND ")} WHERE ${checked(key)}) AS q${key.oid}`,
      );
      // What the statement itself makes may be referred to as well.
      if (ancestry(catalog, target.oid).includes(key.parent))
        figures.push(
          `(SELECT count(*) FROM written w WHERE ${checked(key)} AND NOT EXISTS (SELECT FROM ${sqlName(parent)} x WHERE ${on.join(" AND ")})) AS u${key.oid}`,
        );
    }
    for (const key of changing) {
      const names = columnNames(catalog, key.parent, key.parentColumns);
      const changes = keyChanges(catalog, root, key);
      if (target.kind === "p")
        figures.push(
          `(SELECT array_agg(DISTINCT w.t::int8) FROM written w WHERE ${changes}${moves ? " AND NOT w.moves" : ""}) AS s${key.oid}`,
        );
      const child = catalog.relations.get(key.child)!;
      const rows = referring(catalog, root, key);
      figures.push(
        `count(*) FILTER (WHERE ${changes}) AS c${key.oid}`,
        `count(*) FILTER (WHERE ${changes} AND ${differs(names)}) AS e${key.oid}`,
        `(SELECT count(*) FROM ${rows}) AS d${key.oid}`,
        // Another row may come to hold the old key, and those who refer to it with it.
        `(SELECT count(*) FROM ${rows}
          AND NOT EXISTS (SELECT FROM written v WHERE ${names.map((name) => `v.n${column(name)!.attnum} = w.o${column(name)!.attnum}`).join(" AND ")})) AS l${key.oid}`,
      );
      if (!source.old || key.child !== target.oid) continue;
      // Those that the statement changes itself refer, when the key looks, to what it gave them.
      const given = (name: string): string => (assigned!.includes(name) ? `v.n${column(name)!.attnum}` : `x.${quoteIdent(name)}`);
      const refers = columnNames(catalog, key.child, key.childColumns).map((name, i) => `${given(name)} = ${side("o", names)[i]}`);
      const twice = `${sqlName(child)} x JOIN written v ON v.t = x.tableoid AND v.c = x.ctid JOIN written w ON ${refers.join(" AND ")} WHERE ${changes}`;
      figures.push(
        `(SELECT count(*) FROM ${rows}
          AND NOT EXISTS (SELECT FROM written v WHERE v.t = x.tableoid AND v.c = x.ctid)) + (SELECT count(*) FROM ${twice}) AS f${key.oid}`,
      );
      for (const other of changesAgain(key)) {
        const held = allSet(columnNames(catalog, other.child, other.childColumns).map(given));
        figures.push(`(SELECT count(*) FROM ${twice} AND ${held}) AS a${key.oid}_${other.oid}`);
      }
    }
    if (parts)
      for (const [oid, bound] of bounds!)
        figures.push(`(SELECT count(*) FROM (SELECT ${placing()} FROM written w) p WHERE ${bound}) AS p${oid}`);
    if (moves)
      figures.push(
        "count(*) FILTER (WHERE w.moves) AS moved",
        "(SELECT array_agg(DISTINCT w.t::int8) FROM written w WHERE w.moves) AS leaving",
      );
    if (source.old && target.kind === "p") figures.push("(SELECT array_agg(DISTINCT w.t::int8) FROM written w) AS sources");
    const leaves = moves ? [...bounds!].map(([oid, bound]) => `WHEN ${oid} THEN (${bound}) IS NOT TRUE`).join(" ") : "";
    const further = [
      ...(conflict === "" ? [] : [`(${conflict}) AS conflict`]),
      ...(moves ? [`(SELECT CASE w.t::int8 ${leaves} ELSE false END FROM (SELECT ${placing()}) p) AS moves`] : []),
    ];
    const written = further.length === 0 ? sql : `SELECT w.*, ${further.join(", ")} FROM (${sql}) w`;
    const shifts = steps.length > pointing.length ? pointing.map((key) => followers(catalog, root, key)) : [];
    if (shifts.length > 0) figures.push(`${shifts.join(" + ")} AS shifts`);
    const with_ = [`written AS (${written})`, ...stepParts(context, steps, root)].join(", ");
    const all = [...figures, ...stepFigures(context, steps, root)].join(", ");
    const counted = await countRows(context, `WITH ${with_} SELECT ${all} FROM written w`);
    if (!counted || arbiters.some((index) => Number(counted[`twice${index.oid}`]) > 0)) return undefined;
    return {
      rows: Number(counted.rows),
      checks: new Map(
        keys.map((key) => [
          key.oid,
          {
            rows: Number(counted[`k${key.oid}`]),
            ...(counted[`q${key.oid}`] !== undefined && (target.kind === "r" || !(Number(counted[`u${key.oid}`] ?? 0) > 0))
              ? {
                  partitions: [
                    ...((counted[`q${key.oid}`] ?? []) as string[]).map(Number),
                    ...(Number(counted[`u${key.oid}`] ?? 0) > 0 ? [target.oid] : []),
                  ],
                }
              : {}),
          },
        ]),
      ),
      changed: new Map(
        changing.map((key) => {
          const figure = (letter: string): number => Number(counted[`${letter}${key.oid}`]);
          const after = counted[`f${key.oid}`] === undefined ? {} : { after: figure("f") };
          const staying = target.kind === "p" ? { staying: ((counted[`s${key.oid}`] ?? []) as string[]).map(Number) } : {};
          const step = steps.find((item) => item.level === 1 && item.key === key);
          const passed = step ? readStep(step, steps, counted, Number(counted.shifts ?? 0) > 0) : {};
          const found = { rows: figure("c"), unequal: figure("e"), children: figure("d"), left: figure("l") };
          return [key.oid, { ...found, ...staying, ...after, ...passed }];
        }),
      ),
      ...(parts ? { partitions: new Map([...bounds!.keys()].map((oid) => [oid, Number(counted[`p${oid}`])])) } : {}),
      ...(moves ? { moved: Number(counted.moved), leaving: ((counted.leaving ?? []) as string[]).map(Number) } : {}),
      ...(source.old && target.kind === "p" ? { sources: ((counted.sources ?? []) as string[]).map(Number) } : {}),
      again: new Map(
        changing.map((key) => [
          key.oid,
          new Map(changesAgain(key).map((other) => [other.oid, Number(counted[`a${key.oid}_${other.oid}`])])),
        ]),
      ),
      ...(conflict !== "" ? { conflicting: Number(counted.conflicting) } : {}),
    };
  };

  const steps = source.old ? stepsFrom(context, target, pointing, assigned ?? []) : [];
  const parts = partColumns !== undefined;
  const all = (await attempt(own, pointing, parts, steps)) ?? (steps.length > 0 ? await attempt(own, pointing, parts, []) : undefined);
  if (all || own.length + pointing.length === 0) return all ?? (parts ? attempt([], [], false, []) : undefined);
  return attempt([], [], false, []);
}
