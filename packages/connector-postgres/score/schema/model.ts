/** A generated schema as the statement generators know it; the server knows it by `parts`. */
export interface Model {
  /** SQL, one definition or load each, in an order that builds the schema. Reduction leaves parts out. */
  parts: string[];
  tables: Table[];
  views: View[];
  /** Materialised views. */
  stored: string[];
  indexes: { name: string; table: string; unique: boolean }[];
  triggers: { name: string; table: string }[];
  functions: { name: string; call: string; kind: "function" | "procedure" | "trigger" }[];
  sequences: string[];
  enums: string[];
  domains: string[];
  rules: { name: string; table: string }[];
  policies: { name: string; table: string }[];
  /** Holds code that nobody can see through before it runs: its statements may be `unknown`. */
  opaque: boolean;
}

export type ColumnType = "int" | "bigint" | "text" | "numeric" | "timestamptz" | "boolean" | "jsonb" | "mood" | "amount";

export interface Column {
  name: string;
  type: ColumnType;
  notNull: boolean;
  default?: string;
  /** Expression it is computed by. */
  generated?: { expression: string; kind: "STORED" | "VIRTUAL" };
  identity?: "ALWAYS" | "BY DEFAULT" | "SERIAL";
}

export interface Key {
  name: string;
  columns: string[];
  parent: string;
  parentColumns: string[];
  onDelete: string;
  onUpdate: string;
  deferrable: boolean;
  /** Words after the columns and before the actions, e.g. `MATCH FULL`, and at the very end, e.g. `NOT VALID`. */
  match: string;
  validity: string;
}

export interface Table {
  name: string;
  columns: Column[];
  /** Empty: none. */
  primaryKey: string[];
  keys: Key[];
  checks: string[];
  /** Sets of columns that are unique besides the primary key. */
  uniques: string[][];
  kind: "plain" | "partitioned" | "partition" | "child";
  /** The table it is a part of, or inherits from. */
  parent?: string;
  /** A partition that is itself divided: by which column, and the one partition it has. */
  split?: [column: string, only: string];
  /** Rows loaded. */
  rows: number;
  /** First id of its rows; those of a child table do not overlap with its parent's. */
  firstId: number;
  /** Expression over `i` for each column that is loaded. */
  load: Map<string, string>;
}

export interface View {
  name: string;
  columns: string[];
  /** Table it writes to, when it can. */
  writes?: string;
}

/** Where everything generated lives. */
export const SCHEMA = "app";

/** An identifier as SQL. */
export const quoted = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** `a` and `b` of the rows a key joins. */
export const joined = (key: Key, child: string, parent: string): string =>
  key.columns.map((column, at) => `${parent}.${quoted(key.parentColumns[at]!)} = ${child}.${quoted(column)}`).join(" AND ");

/** Value of a key's column in rows that refer to the parent's row with this id. */
export function keyValue(key: Key, column: string, id: number): string {
  const to = key.parentColumns[key.columns.indexOf(column)];
  return to === "code" ? `'c${id}'` : to === "grp" ? String(id % GROUPS) : String(id);
}

/** Values of the column `grp`: a remainder of the id, so that pairs of both can be referred to. */
export const GROUPS = 3;

/** Columns an INSERT or UPDATE may name. */
export const writable = (table: Table): Column[] => table.columns.filter((column) => !column.generated && column.identity !== "ALWAYS");
