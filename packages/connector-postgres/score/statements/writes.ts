import type { Choice } from "../choice.ts";
import { joined, keyValue, quoted, writable, type Column, type Model, type Table } from "../schema/model.ts";
import { condition, tableName, value, where, writeTables } from "./predicate.ts";

export type Family = (choice: Choice, model: Model) => string | undefined;

const returning = (choice: Choice, alias: string): string => (choice.chance(12) ? ` RETURNING ${alias}.id` : "");

export const deleteRows: Family = (choice, model) => {
  const table = choice.one(writeTables(model));
  const name = tableName(choice, table.name);
  const key = choice.maybe(table.keys);
  return choice.weighted<() => string>([
    [10, () => `DELETE FROM ${only(choice)}${name} x${where(choice, model, table, "x")}${returning(choice, "x")}`],
    [
      3,
      () =>
        key
          ? `DELETE FROM ${name} x USING ${quoted(key.parent)} p WHERE ${joined(key, "x", "p")} AND p.id < ${choice.int(1, 30)}`
          : `DELETE FROM ${name} x USING log WHERE log.ref = x.id`,
    ],
    [
      2,
      () =>
        `DELETE FROM ${name} WHERE id IN (SELECT id FROM ${name} x${where(choice, model, table, "x")} ORDER BY id LIMIT ${choice.int(1, 20)})`,
    ],
    [
      2,
      () => `WITH few AS (SELECT id FROM ${name} x${where(choice, model, table, "x")}) DELETE FROM ${name} y USING few WHERE few.id = y.id`,
    ],
  ])();
};

const only = (choice: Choice): string => (choice.chance(8) ? "ONLY " : "");

export const updateRows: Family = (choice, model) => {
  const table = choice.one(writeTables(model));
  const name = tableName(choice, table.name);
  const set = assignments(choice, table, "x");
  const key = choice.maybe(table.keys);
  if (!set) return undefined;
  return choice.weighted<() => string>([
    [10, () => `UPDATE ${only(choice)}${name} x SET ${set}${where(choice, model, table, "x")}${returning(choice, "x")}`],
    [
      3,
      () =>
        key
          ? `UPDATE ${name} x SET ${set} FROM ${quoted(key.parent)} p WHERE ${joined(key, "x", "p")} AND ${condition(choice, model, table, "x")}`
          : `UPDATE ${name} x SET ${set} FROM log WHERE log.ref = x.id`,
    ],
    [2, () => `UPDATE ${name} x SET ${set} WHERE id IN (SELECT id FROM ${name} ORDER BY id DESC LIMIT ${choice.int(1, 20)})`],
    [2, () => `UPDATE ${name} x SET id = id + 1000000${where(choice, model, table, "x")}`],
    [1, () => `UPDATE ${name} x SET id = id${where(choice, model, table, "x")}`],
  ])();
};

function assignments(choice: Choice, table: Table, alias: string): string | undefined {
  const columns = choice.some(
    writable(table).filter((column) => column.name !== "id"),
    choice.int(1, 2),
  );
  if (columns.length === 0) return undefined;
  return columns.map((column) => `${quoted(column.name)} = ${newValue(choice, table, column, alias)}`).join(", ");
}

function newValue(choice: Choice, table: Table, column: Column, alias: string): string {
  const key = table.keys.find((item) => item.columns.includes(column.name));
  if (key) {
    const first = keyValue(key, column.name, 1);
    return column.notNull ? first : choice.one([first, "NULL", `${alias}.${quoted(column.name)}`]);
  }
  if (column.name === "code") return choice.one([`${alias}.code || 'x'`, `${alias}.code`]);
  if (column.default && choice.chance(20)) return "DEFAULT";
  if (["int", "numeric"].includes(column.type) && choice.chance(40)) return `${alias}.${quoted(column.name)} + 1`;
  return value(choice, column);
}

/** Columns and values of one new row; `id` is one that nobody has. */
function row(choice: Choice, table: Table, id: string): { columns: string[]; values: string[] } {
  const identity = table.columns.find((column) => column.identity);
  const given = writable(table).filter(
    (column) => column.notNull || table.keys.some((key) => key.columns.includes(column.name)) || choice.chance(50),
  );
  const columns = given.filter((column) => column.name !== "id" || !identity || choice.chance(30));
  return { columns: columns.map((c) => c.name), values: columns.map((c) => fresh(choice, table, c, id)) };
}

function fresh(choice: Choice, table: Table, column: Column, id: string): string {
  if (column.name === "id") return id;
  const key = table.keys.find((item) => item.columns.includes(column.name));
  if (key) return column.notNull || choice.chance(60) ? keyValue(key, column.name, 1) : "NULL";
  if (column.name === "code") return `'new' || ${choice.int(1, 1_000_000)}`;
  if (column.name === "grp") return "0";
  return value(choice, column);
}

export const insertRows: Family = (choice, model) => {
  const table = choice.one(model.tables.filter((item) => item.kind !== "partition" || choice.chance(20)));
  const name = tableName(choice, table.name);
  const start = choice.int(2_000, 90_000);
  const one = row(choice, table, String(start));
  const columns = one.columns.map(quoted).join(", ");
  const conflict = choice.chance(30) && table.primaryKey.length > 0 ? onConflict(choice, table) : "";
  const others = choice.int(1, 3);
  if (one.columns.length === 0) return `INSERT INTO ${name} DEFAULT VALUES`;
  const position = one.columns.indexOf("id");
  const valued = (n: number) => `(${one.values.map((item, at) => (at === position ? String(start + n) : item)).join(", ")})`;
  const existing = (n: number) => `(${one.values.map((item, at) => (at === position ? String(n + 1) : item)).join(", ")})`;
  return choice.weighted<() => string>([
    [5, () => `INSERT INTO ${name} (${columns}) VALUES ${Array.from({ length: others }, (_, n) => valued(n)).join(", ")}${conflict}`],
    [
      conflict ? 4 : 0,
      () => `INSERT INTO ${name} (${columns}) VALUES ${Array.from({ length: others }, (_, n) => existing(n)).join(", ")}${conflict}`,
    ],
    [
      4,
      () =>
        `INSERT INTO ${name} (${columns}) SELECT ${one.values.map((item, at) => (at === position ? `${start} + x.id` : item)).join(", ")} FROM ${quoted(table.name)} x${where(choice, model, table, "x")}${conflict}`,
    ],
    [
      2,
      () =>
        `INSERT INTO ${name} (${columns}) SELECT ${one.values.map((item, at) => (at === position ? `${start} + i` : item)).join(", ")} FROM generate_series(1, ${choice.int(1, 30)}) i${conflict}`,
    ],
    [1, () => `INSERT INTO log (what, ref) SELECT 'seen', x.id FROM ${name} x${where(choice, model, table, "x")}`],
  ])();
};

function onConflict(choice: Choice, table: Table): string {
  const column = choice.maybe(
    writable(table).filter((item) => item.name !== "id" && !table.keys.some((key) => key.columns.includes(item.name))),
  );
  return column && choice.chance(60)
    ? ` ON CONFLICT (id) DO UPDATE SET ${quoted(column.name)} = ${choice.chance(50) ? `excluded.${quoted(column.name)}` : value(choice, column)}`
    : choice.one([" ON CONFLICT DO NOTHING", " ON CONFLICT (id) DO NOTHING"]);
}

export const mergeRows: Family = (choice, model) => {
  const table = choice.one(model.tables.filter((item) => item.kind !== "child"));
  const set = assignments(choice, table, "x");
  const one = row(choice, table, "s.id + 50000");
  const matched = choice.some(
    [
      `WHEN MATCHED AND s.id < ${choice.int(1, 20)} THEN DELETE`,
      ...(set ? [`WHEN MATCHED THEN UPDATE SET ${set}`] : ["WHEN MATCHED THEN DO NOTHING"]),
      "WHEN NOT MATCHED BY SOURCE AND x.id > 40 THEN DELETE",
      ...(one.columns.length > 0
        ? [`WHEN NOT MATCHED THEN INSERT (${one.columns.map(quoted).join(", ")}) VALUES (${one.values.join(", ")})`]
        : []),
    ],
    choice.int(1, 3),
  );
  const source = `(SELECT i AS id FROM generate_series(1, ${choice.int(1, 60)}) i)`;
  return `MERGE INTO ${tableName(choice, table.name)} x USING ${source} s ON s.id = x.id ${matched.join(" ")}${choice.chance(15) ? " RETURNING merge_action(), x.id" : ""}`;
};

export const writingWith: Family = (choice, model) => {
  const table = choice.one(model.tables);
  const name = quoted(table.name);
  const set = assignments(choice, table, "x");
  return choice.weighted<() => string | undefined>([
    [2, () => `WITH gone AS (DELETE FROM ${name} x${where(choice, model, table, "x")} RETURNING id) SELECT count(*) FROM gone`],
    [
      2,
      () =>
        `WITH gone AS (DELETE FROM ${name} x${where(choice, model, table, "x")} RETURNING id) INSERT INTO log (what, ref) SELECT 'gone', id FROM gone`,
    ],
    [
      2,
      () =>
        set ? `WITH done AS (UPDATE ${name} x SET ${set}${where(choice, model, table, "x")} RETURNING id) SELECT * FROM done` : undefined,
    ],
    [
      1,
      () => `WITH a AS (INSERT INTO log (what) VALUES ('a'), ('b') RETURNING id), b AS (DELETE FROM ${name} WHERE id = 2) SELECT * FROM a`,
    ],
  ])();
};

export const throughView: Family = (choice, model) => {
  const view = choice.maybe(model.views.filter((item) => item.writes));
  const table = view && model.tables.find((item) => item.name === view.writes);
  if (!view || !table) return undefined;
  const columns = table.columns.filter((column) => !column.generated);
  const through = { ...table, name: view.name, columns };
  const set = assignments(choice, through, "x");
  return choice.weighted<() => string | undefined>([
    [3, () => `DELETE FROM ${view.name} x${where(choice, model, through, "x")}`],
    [3, () => (set ? `UPDATE ${view.name} x SET ${set}${where(choice, model, through, "x")}` : undefined)],
    [
      2,
      () => {
        const one = row(choice, through, String(choice.int(2_000, 90_000)));
        return one.columns.length > 0
          ? `INSERT INTO ${view.name} (${one.columns.map(quoted).join(", ")}) VALUES (${one.values.join(", ")})`
          : undefined;
      },
    ],
  ])();
};
