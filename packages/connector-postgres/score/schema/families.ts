import type { Choice } from "../choice.ts";
import { columnSql } from "./tables.ts";
import { quoted, type Table } from "./model.ts";

/** Makes some tables partitioned, and gives some a child by inheritance; returns the tables that came to be by it. */
export function familyTables(choice: Choice, tables: readonly Table[]): Table[] {
  return tables.flatMap((table) => {
    if (table.kind === "partitioned") return partitions(choice, table);
    return choice.chance(10) ? [inheritor(choice, table)] : [];
  });
}

function partitions(choice: Choice, table: Table): Table[] {
  const part = (name: string, parent: string): Table => ({
    ...table,
    name,
    kind: "partition",
    parent,
    keys: [],
    checks: [],
    uniques: [],
    rows: 0,
    load: new Map<string, string>(),
  });
  const names = ["_low", "_high", "_rest"].map((suffix) => `${table.name}${suffix}`);
  const parts = names.slice(0, choice.chance(70) ? 3 : 2).map((name) => part(name, table.name));
  if (choice.chance(20)) parts[0]!.split = ["id", `${names[0]}_all`];
  return parts;
}

function inheritor(choice: Choice, table: Table): Table {
  const extra = { name: "extra", type: "text" as const, notNull: false };
  const name = `${table.name}_kin`;
  const load = new Map([...table.load, ["extra", "'x'"] as const]);
  return {
    name,
    columns: [...table.columns, extra],
    primaryKey: [],
    keys: [],
    checks: [],
    uniques: [],
    kind: "child",
    parent: table.name,
    rows: choice.int(0, 30),
    firstId: 100_001,
    load,
  };
}

/** CREATE TABLE of one table, its keys to others left for later. */
export function tableSql(table: Table, rowsOfParent: number): string {
  const name = quoted(table.name);
  if (table.kind === "partition") {
    const middle = Math.max(2, Math.floor(rowsOfParent / 2));
    const bounds = table.name.endsWith("_low")
      ? `FOR VALUES FROM (MINVALUE) TO (${middle})`
      : table.name.endsWith("_high")
        ? `FOR VALUES FROM (${middle}) TO (${Math.max(middle + 1, 100_000)})`
        : "DEFAULT";
    const create = `CREATE TABLE ${name} PARTITION OF ${quoted(table.parent!)} ${bounds}`;
    if (!table.split) return create;
    const [column, only] = table.split;
    return `${create} PARTITION BY HASH (${column}); CREATE TABLE ${quoted(only)} PARTITION OF ${name} FOR VALUES WITH (MODULUS 1, REMAINDER 0)`;
  }
  if (table.kind === "child") return `CREATE TABLE ${name} (extra text) INHERITS (${quoted(table.parent!)})`;
  const lines = table.columns.map(columnSql);
  if (table.primaryKey.length > 0) lines.push(`PRIMARY KEY (${table.primaryKey.map(quoted).join(", ")})`);
  lines.push(...table.uniques.map((columns) => `UNIQUE (${columns.join(", ")})`));
  lines.push(...table.checks.map((check, n) => `CONSTRAINT ${quoted(`${table.name}_check_${n}`)} CHECK (${check})`));
  return `CREATE TABLE ${name} (${lines.join(", ")})${table.kind === "partitioned" ? " PARTITION BY RANGE (id)" : ""}`;
}

/** Loads rows `from`…`to`, counted from the table's first id; the same rows every time. */
export function loadSql(table: Table, from: number, to: number): string {
  const columns = [...table.load.keys()].map(quoted).join(", ");
  const values = [...table.load.entries()]
    .map(([name, value]) => (name === "id" ? `${table.firstId - 1} + i` : name === "code" ? `'c' || (${table.firstId - 1} + i)` : value))
    .join(", ");
  return `INSERT INTO ${quoted(table.name)} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM generate_series(${from}, ${to}) i`;
}
