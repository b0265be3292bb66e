import { readFile } from "node:fs/promises";

/** What a database must look like for a Prisma schema, by Prisma's naming conventions. */
export interface ExpectedTable {
  columns: Record<string, { type: string; nullable: boolean; default: string | null }>;
  primaryKey: string[];
  /** Index name → columns. */
  unique: Record<string, string[]>;
  indexes: Record<string, string[]>;
  foreignKeys: Record<string, { column: string; table: string; target: string; onDelete: string; onUpdate: string }>;
}

const TYPES: Record<string, string> = {
  String: "text",
  Int: "integer",
  BigInt: "bigint",
  Boolean: "boolean",
  DateTime: "timestamp(3) without time zone",
  Json: "jsonb",
  Bytes: "bytea",
};
const NATIVE: Record<string, string> = { "@db.Uuid": "uuid", "@db.Timestamptz(3)": "timestamp(3) with time zone" };
const ACTIONS: Record<string, string> = { Cascade: "CASCADE", SetNull: "SET NULL", Restrict: "RESTRICT", NoAction: "NO ACTION" };

/** Reads the part of Prisma's schema language that our schema uses; throws on what it does not know, so that nothing goes uncompared. */
export async function expectedTables(path: URL): Promise<Map<string, ExpectedTable>> {
  const source = (await readFile(path, "utf8")).replace(/^\s*\/\/.*$/gm, "");
  const models = new Map([...source.matchAll(/^model (\w+) \{([^}]*(?:"\{\}"[^}]*)*)^\}/gm)].map((m) => [m[1]!, m[2]!.split("\n")]));
  return new Map([...models].map(([name, lines]) => [name, tableOf(name, lines, new Set(models.keys()))]));
}

function tableOf(model: string, lines: string[], models: Set<string>): ExpectedTable {
  const table: ExpectedTable = { columns: {}, primaryKey: [], unique: {}, indexes: {}, foreignKeys: {} };
  for (const line of lines.map((text) => text.trim()).filter(Boolean)) {
    if (line.startsWith("@@")) readBlockAttribute(model, line, table);
    else readField(model, line, table, models);
  }
  return table;
}

function readBlockAttribute(model: string, line: string, table: ExpectedTable): void {
  const [, kind, list] = /^@@(id|unique|index)\(\[([\w, ]+)\]\)$/.exec(line) ?? [];
  if (!kind || !list) throw new Error(`${model}: unknown attribute ${line}`);
  const columns = list.split(",").map((name) => name.trim());
  if (kind === "id") table.primaryKey = columns;
  else if (kind === "unique") table.unique[`${model}_${columns.join("_")}_key`] = columns;
  else table.indexes[`${model}_${columns.join("_")}_idx`] = columns;
}

function readField(model: string, line: string, table: ExpectedTable, models: Set<string>): void {
  const [, name, base, mark = "", rest = ""] = /^(\w+)\s+(\w+)(\?|\[\])?\s*(.*)$/.exec(line) ?? [];
  if (!name || !base) throw new Error(`${model}: unknown line ${line}`);
  if (models.has(base)) return readRelation(model, base, rest, table);
  const native = Object.keys(NATIVE).find((attribute) => rest.includes(attribute));
  if (!native && rest.includes("@db.")) throw new Error(`${model}.${name}: unknown native type in ${rest}`);
  const type = native ? NATIVE[native] : TYPES[base];
  if (!type) throw new Error(`${model}.${name}: unknown type ${base}`);
  table.columns[name] = {
    type: mark === "[]" ? `${type}[]` : type,
    // A scalar list is never null to Prisma; its column has no NOT NULL.
    nullable: mark !== "",
    default: defaultOf(`${model}_${name}`, /@default\(((?:[^()]|\(\d*\))*)\)/.exec(rest)?.[1]),
  };
  if (/@id\b/.test(rest)) table.primaryKey = [name];
  if (/@unique\b/.test(rest)) table.unique[`${model}_${name}_key`] = [name];
}

function readRelation(model: string, base: string, rest: string, table: ExpectedTable): void {
  // The other side of a named relation has nothing of its own.
  if (!rest || /^@relation\("\w+"\)$/.test(rest)) return;
  const [, column, target, action] =
    /^@relation\((?:"\w+", )?fields: \[(\w+)\], references: \[(\w+)\](?:, onDelete: (\w+))?\)$/.exec(rest) ?? [];
  if (!column || !target) throw new Error(`${model}: unknown relation ${rest}`);
  const onDelete = ACTIONS[action ?? "Restrict"]!;
  table.foreignKeys[`${model}_${column}_fkey`] = { column, table: base, target, onDelete, onUpdate: "CASCADE" };
}

/** As pg_get_expr prints it. `uuid(7)` is made by the client. */
function defaultOf(column: string, text: string | undefined): string | null {
  if (text === undefined || text.startsWith("uuid(")) return null;
  if (text === "now()") return "CURRENT_TIMESTAMP";
  if (text === "autoincrement()") return `nextval('"${column}_seq"'::regclass)`;
  if (text === `"{}"`) return "'{}'::jsonb";
  if (text === "true" || text === "false") return text;
  throw new Error(`${column}: unknown default ${text}`);
}
