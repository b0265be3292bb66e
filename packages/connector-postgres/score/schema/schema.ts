import type { Choice } from "../choice.ts";
import { familyTables, loadSql, tableSql } from "./families.ts";
import { keySql, linkTables } from "./keys.ts";
import { quoted, type Model, type Table } from "./model.ts";
import { tables } from "./tables.ts";
import { addTriggers, LOG } from "./triggers.ts";
import { addFunctions, addIndexes, addRules, addViews } from "./views.ts";

/** One schema with its rows. Keys, triggers and views come after the rows, so that loading is quick and never refused. */
export function schema(choice: Choice): Model {
  const plain = tables(choice);
  linkTables(choice, plain);
  const all: Table[] = plain.flatMap((table) => [table, ...familyTables(choice, [table])]);
  const model: Model = {
    parts: ["CREATE TYPE mood AS ENUM ('calm', 'tired', 'awake')", "CREATE DOMAIN amount AS numeric CHECK (VALUE >= 0)", LOG],
    tables: all,
    views: [],
    stored: [],
    indexes: [],
    triggers: [],
    functions: [],
    sequences: ["counter"],
    enums: ["mood"],
    domains: ["amount"],
    rules: [],
    policies: [],
    opaque: false,
  };
  model.parts.push("CREATE SEQUENCE counter");
  for (const table of all) model.parts.push(tableSql(table, rowsOf(all, table)));
  for (const table of all.filter((item) => item.rows > 0)) model.parts.push(loadSql(table, 1, table.rows));
  for (const table of all) {
    const serial = table.columns.find((column) => column.identity);
    if (serial && table.kind !== "partition" && table.kind !== "child")
      model.parts.push(`SELECT setval(pg_get_serial_sequence('${quoted(table.name)}', 'id'), ${table.rows + 1_000}, false)`);
  }
  model.parts.push(...statistics(choice, all));
  for (const table of all) for (const key of table.keys) model.parts.push(keySql(table, key));
  addIndexes(choice, model);
  addTriggers(choice, model, choice.chance(6));
  addViews(choice, model);
  addRules(choice, model);
  addFunctions(choice, model);
  return model;
}

const rowsOf = (all: readonly Table[], table: Table): number => all.find((other) => other.name === table.parent)?.rows ?? table.rows;

/** Statistics as they should be, of the time before most rows came or went, or none at all. */
function statistics(choice: Choice, all: readonly Table[]): string[] {
  const loaded = all.filter((table) => table.kind !== "partition" && table.rows > 0);
  return choice.weighted<() => string[]>([
    [6, () => ["ANALYZE"]],
    [2, () => []],
    [
      2,
      () => {
        const table = choice.maybe(loaded.filter((item) => item.kind === "plain" && item.rows > 50));
        return ["ANALYZE", ...(table ? [loadSql({ ...table, firstId: 500_001 }, 1, table.rows * 2)] : [])];
      },
    ],
  ])();
}
