import type { Choice } from "../choice.ts";
import { GROUPS, keyValue, quoted, type Key, type Table } from "./model.ts";

const ACTIONS = ["NO ACTION", "RESTRICT", "CASCADE", "CASCADE", "CASCADE", "SET NULL", "SET DEFAULT"];

/** Foreign keys between the tables: to itself, several to one parent, in circles. They are added after the rows are there. */
export function linkTables(choice: Choice, tables: readonly Table[]): void {
  for (const [index, child] of tables.entries()) {
    const count = choice.weighted([
      [2, 0],
      [5, 1],
      [3, 2],
      [1, 3],
    ]);
    for (let n = 0; n < count; n++) {
      const earlier = tables.slice(0, index);
      const parent = choice.weighted([
        [7, choice.maybe(earlier)],
        [2, child],
        [1, choice.one(tables)],
      ]);
      if (!parent || parent.primaryKey.length === 0) continue;
      child.keys.push(key(choice, child, parent, n));
    }
  }
}

function key(choice: Choice, child: Table, parent: Table, n: number): Key {
  const stem = `${parent === child ? "up" : parent.name.toLowerCase().replaceAll(" ", "_")}_${n}`;
  const to = choice.one([["id"], ["id"], ...parent.uniques]);
  const columns = to.map((column) => (column === "id" ? stem : `${stem}_${column}`));
  const onDelete = choice.one(ACTIONS);
  const onUpdate = choice.one(ACTIONS);
  const full = parent.rows > 0 && parent !== child;
  const notNull = onDelete !== "SET NULL" && onUpdate !== "SET NULL" && full && choice.chance(40);
  const spread = choice.one([
    `1 + i % ${Math.max(1, parent.rows)}`,
    `1 + (i * i) % ${Math.max(1, Math.ceil(parent.rows / 4))}`,
    `CASE WHEN i % 3 = 0 THEN 1 ELSE 1 + (i * 7) % ${Math.max(1, parent.rows)} END`,
  ]);
  // A tree: every row refers to one before it.
  const own = `CASE WHEN i = 1 THEN NULL ELSE greatest(1, i / ${choice.int(2, 4)}) END`;
  const id = parent.rows === 0 ? "NULL::bigint" : parent === child ? own : spread;
  const value = notNull || parent.rows === 0 || choice.chance(60) ? id : `CASE WHEN i % 5 = 2 THEN NULL ELSE ${id} END`;
  const found: Key = {
    name: `${child.name.toLowerCase().replaceAll(" ", "_")}_${stem}_key`,
    columns,
    parent: parent.name,
    parentColumns: to,
    onDelete: onDelete === "SET NULL" && columns.length > 1 && choice.chance(40) ? `SET NULL (${columns[1]})` : onDelete,
    onUpdate,
    deferrable: choice.chance(10),
    match: columns.length > 1 && !onDelete.startsWith("SET NULL") && choice.chance(20) ? " MATCH FULL" : "",
    validity: choice.chance(4) ? " NOT VALID" : "",
  };
  const defaults = [onDelete, onUpdate].includes("SET DEFAULT") && parent.rows > 0 && choice.chance(70);
  for (const [at, column] of columns.entries()) {
    const fallback = defaults ? { default: keyValue(found, column, 1) } : {};
    const type = to[at] === "code" ? "text" : to[at] === "grp" ? "int" : "bigint";
    child.columns.push({ name: column, type, notNull, ...fallback });
    child.load.set(column, to[at] === "code" ? `'c' || (${value})` : to[at] === "grp" ? `(${value}) % ${GROUPS}` : value);
  }
  return found;
}

export const keySql = (table: Table, key: Key): string =>
  `ALTER TABLE ${quoted(table.name)} ADD CONSTRAINT ${key.name} FOREIGN KEY (${key.columns.map(quoted).join(", ")}) REFERENCES ${quoted(key.parent)} (${key.parentColumns.join(", ")})${key.match} ON DELETE ${key.onDelete} ON UPDATE ${key.onUpdate}${key.deferrable ? " DEFERRABLE INITIALLY DEFERRED" : ""}${table.kind === "partitioned" ? "" : key.validity}`;
