import type { Choice } from "../choice.ts";
import { joined, keyValue, quoted, type Column, type Model, type Table } from "../schema/model.ts";

/** How a table is named in a statement: with its schema now and then. */
export const tableName = (choice: Choice, name: string): string => (choice.chance(25) ? `app.${quoted(name)}` : quoted(name));

/** A condition over the rows of `table` as `alias`. */
export function condition(choice: Choice, model: Model, table: Table, alias: string, depth = 0): string {
  const id = `${alias}.id`;
  const some = choice.int(1, Math.max(2, table.rows));
  const column = choice.one(table.columns);
  const own = `${alias}.${quoted(column.name)}`;
  const key = choice.maybe(table.keys);
  const child = choice.maybe(
    model.tables.flatMap((other) => other.keys.filter((item) => item.parent === table.name).map((item) => ({ other, item }))),
  );
  return choice.weighted<() => string>([
    [5, () => `${id} = ${some}`],
    [5, () => `${id} < ${some}`],
    [3, () => `${id} BETWEEN ${some} AND ${some + choice.int(0, 20)}`],
    [2, () => `${id} IN (1, ${some}, ${some + 2})`],
    [2, () => `${id} = ANY (ARRAY[${some}, 3])`],
    [2, () => `${id} % ${choice.int(2, 9)} = 0`],
    [2, () => `${own} IS ${choice.chance(50) ? "NOT " : ""}NULL`],
    [5, () => compared(choice, column, own)],
    [3, () => (key ? `${alias}.${quoted(key.columns[0]!)} = ${keyValue(key, key.columns[0]!, choice.int(1, 6))}` : `${id} > ${some}`)],
    [
      2,
      () =>
        key
          ? `${alias}.${quoted(key.columns[0]!)} IN (SELECT ${key.parentColumns[0]} FROM ${quoted(key.parent)} WHERE id < ${some})`
          : `${id} <> ${some}`,
    ],
    [
      2,
      () =>
        child
          ? `${choice.chance(30) ? "NOT " : ""}EXISTS (SELECT FROM ${quoted(child.other.name)} sub WHERE ${joined(child.item, "sub", alias)})`
          : `${id} >= ${some}`,
    ],
    [1, () => "true"],
    [1, () => "false"],
    [1, () => `${id} < (SELECT count(*) FROM ${quoted(choice.one(model.tables).name)})`],
    [1, () => `NOT (${id} < ${some})`],
    [1, () => `random() < 0.5`],
    [
      depth < 2 ? 3 : 0,
      () =>
        `(${condition(choice, model, table, alias, depth + 1)} ${choice.one(["AND", "OR"])} ${condition(choice, model, table, alias, depth + 1)})`,
    ],
  ])();
}

function compared(choice: Choice, column: Column, own: string): string {
  switch (column.type) {
    case "int":
    case "bigint":
      return choice.one([`${own} = ${choice.int(0, 9)}`, `${own} > ${choice.int(0, 20)}`]);
    case "numeric":
    case "amount":
      return `${own} ${choice.one(["<", ">="])} ${choice.int(0, 60)}`;
    case "text":
      return choice.one([`${own} = 'paid'`, `${own} LIKE 's%'`, `lower(${own}) = 's1'`, `${own} IN ('s1', 's2', 'failed')`]);
    case "timestamptz":
      return choice.one([`${own} < timestamptz '2026-01-03 00:00+00'`, `${own} < now()`, `${own} > now() - interval '1 day'`]);
    case "boolean":
      return choice.one([own, `NOT ${own}`, `${own} IS TRUE`]);
    case "jsonb":
      return `(${own} ->> 'n') = '1'`;
    case "mood":
      return `${own} = 'calm'`;
  }
}

/** A value for a column. */
export function value(choice: Choice, column: Column): string {
  switch (column.type) {
    case "int":
    case "bigint":
      return String(choice.int(0, 9));
    case "numeric":
    case "amount":
      return choice.one(["1.5", "20", "0"]);
    case "text":
      return choice.one(["'x'", "upper('y')", "'paid' || 'x'"]);
    case "timestamptz":
      return choice.one(["now()", "timestamptz '2026-02-01 00:00+00'", "clock_timestamp()"]);
    case "boolean":
      return choice.one(["true", "false"]);
    case "jsonb":
      return `'{"n": 2}'`;
    case "mood":
      return choice.one(["'calm'", "'awake'"]);
  }
}

/** WHERE with one condition, or nothing. */
export const where = (choice: Choice, model: Model, table: Table, alias: string): string =>
  choice.chance(90) ? ` WHERE ${condition(choice, model, table, alias)}` : "";

/** Tables rows can be written to by name. */
export const writeTables = (model: Model): Table[] => model.tables;
