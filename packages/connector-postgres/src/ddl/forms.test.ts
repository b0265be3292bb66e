import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { COMMANDS } from "./alter-table.data.ts";
import { isDefinition } from "./definitions.ts";
import { NO_DEFINITIONS, ONLY_INSIDE } from "./named-objects.data.ts";

const require = createRequire(import.meta.url);
const typings = (file: string): string => readFileSync(require.resolve("@pgsql/types").replace(/index\.js$/, file), "utf8");

/** Every kind of statement the grammar of PostgreSQL 18 can make. */
const kinds = [...new Set([...typings("types.d.ts").matchAll(/interface (\w+Stmt)\b/g)].map((match) => match[1]!))];
/** Every sub-command of ALTER TABLE. */
const commands = [.../type AlterTableType = ([^;]+);/.exec(typings("enums.d.ts"))![1]!.matchAll(/"(\w+)"/g)].map((match) => match[1]!);

test("the grammar is read whole", () => {
  expect(kinds.length).toBeGreaterThan(110);
  expect(commands.length).toBeGreaterThan(60);
});

test.each(kinds)("%s is a definition that is worked out, or none", (kind) => {
  expect([isDefinition(kind), NO_DEFINITIONS.has(kind), ONLY_INSIDE.has(kind)].filter(Boolean)).toHaveLength(1);
});

test.each(commands)("%s has its lock", (command) => {
  expect(COMMANDS[command]).toBeDefined();
});

test("no sub-command is made up", () => {
  expect(Object.keys(COMMANDS).filter((name) => !commands.includes(name))).toEqual([]);
});
