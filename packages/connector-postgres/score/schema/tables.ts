import type { Choice } from "../choice.ts";
import { GROUPS, quoted, type Column, type ColumnType, type Table } from "./model.ts";

const NAMES = ["orders", "items", "users", "notes", "tags", "Order Lines", "events", "parcels"];
const PLAIN: readonly (readonly [string, ColumnType])[] = [
  ["status", "text"],
  ["amount", "numeric"],
  ["qty", "int"],
  ["made_at", "timestamptz"],
  ["done", "boolean"],
  ["data", "jsonb"],
  ["mood", "mood"],
  ["price", "amount"],
  ["label", "text"],
];

/** Skewed on purpose: many rows share a value, few have one of their own. */
const LOADS: Record<ColumnType, readonly string[]> = {
  int: ["i % 10", "(i * i) % 7", "CASE WHEN i % 20 = 0 THEN i ELSE 1 END"],
  bigint: ["i", "i / 3"],
  text: ["'s' || (i % 5)", "CASE WHEN i % 9 = 0 THEN 'failed' ELSE 'paid' END", "md5(i::text)"],
  numeric: ["(i % 50) * 1.5", "i"],
  timestamptz: ["timestamptz '2026-01-01 00:00+00' + i * interval '1 hour'"],
  boolean: ["i % 3 = 0", "i % 50 = 0"],
  jsonb: ["jsonb_build_object('n', i % 4)"],
  mood: ["(ARRAY['calm', 'tired', 'awake']::mood[])[1 + i % 3]"],
  amount: ["i % 80"],
};

const DEFAULTS: Partial<Record<ColumnType, readonly string[]>> = {
  int: ["0", "1"],
  text: ["'new'", "current_user"],
  timestamptz: ["now()", "clock_timestamp()"],
  numeric: ["0", "round(1.5)"],
};

/** Tables with columns, not yet with keys to each other. */
export function tables(choice: Choice): Table[] {
  const names = choice.some(NAMES, choice.int(2, 6));
  return names.map((name) => table(choice, name));
}

function table(choice: Choice, name: string): Table {
  const load = new Map<string, string>();
  const rows = choice.weighted([
    [1, 0],
    [2, choice.int(1, 5)],
    [6, choice.int(20, 120)],
    [2, choice.int(300, 900)],
  ]);
  const identity = choice.weighted<Column["identity"] | undefined>([
    [5, undefined],
    [2, "BY DEFAULT"],
    [1, "ALWAYS"],
    [2, "SERIAL"],
  ]);
  const columns: Column[] = [
    { name: "id", type: choice.one(["int", "bigint"] as const), notNull: true, ...(identity ? { identity } : {}) },
  ];
  load.set("id", "i");
  for (const [column, type] of choice.some(PLAIN, choice.int(1, 5))) {
    const filler = choice.one(LOADS[type]);
    const optional = choice.chance(30);
    load.set(column, optional ? `CASE WHEN i % 4 = 1 THEN NULL ELSE ${filler} END` : filler);
    const fallback = choice.chance(40) ? choice.maybe(DEFAULTS[type] ?? []) : undefined;
    columns.push({ name: column, type, notNull: !optional && choice.chance(40), ...(fallback ? { default: fallback } : {}) });
  }
  const source = columns.find((column) => column.type === "int" || column.type === "numeric");
  if (source && choice.chance(25))
    columns.push({
      name: "twice",
      type: source.type,
      notNull: false,
      generated: { expression: `${quoted(source.name)} * 2`, kind: choice.one(["STORED", "VIRTUAL"] as const) },
    });
  const kind = choice.chance(22) ? ("partitioned" as const) : ("plain" as const);
  const uniques: string[][] = [];
  if (choice.chance(25)) {
    columns.push({ name: "grp", type: "int", notNull: true });
    load.set("grp", `i % ${GROUPS}`);
    uniques.push(["id", "grp"]);
  }
  if (kind === "plain" && choice.chance(25)) {
    columns.push({ name: "code", type: "text", notNull: choice.chance(50) });
    load.set("code", "'c' || i");
    uniques.push(["code"]);
  }
  const checks = columns.some((column) => column.name === "qty") && choice.chance(40) ? ["qty >= 0"] : [];
  return { name, columns, primaryKey: choice.chance(92) ? ["id"] : [], keys: [], checks, uniques, kind, rows, firstId: 1, load };
}

/** A column as CREATE TABLE writes it. */
export function columnSql(column: Column): string {
  const words = [quoted(column.name), column.identity === "SERIAL" ? (column.type === "bigint" ? "bigserial" : "serial") : column.type];
  if (column.generated) words.push(`GENERATED ALWAYS AS (${column.generated.expression}) ${column.generated.kind}`);
  if (column.identity && column.identity !== "SERIAL") words.push(`GENERATED ${column.identity} AS IDENTITY`);
  if (column.default) words.push(`DEFAULT ${column.default}`);
  if (column.notNull) words.push("NOT NULL");
  return words.join(" ");
}
