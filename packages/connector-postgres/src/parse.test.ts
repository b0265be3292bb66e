import { expect, test } from "vitest";
import { parse } from "./parse.ts";

const slices = (text: string) => parse(text).statements.map((statement) => text.slice(statement.start, statement.end));

test("statements start at their first token and end after their last, comments and separators left out", () => {
  const text = " -- é first\n/* a; b */ select 'é😀;' ; \n\n delete from t -- tail\n ; ;update t set a=$$;$$";
  expect(slices(text)).toEqual(["select 'é😀;'", "delete from t", "update t set a=$$;$$"]);
  expect(parse(text).statements.map((statement) => statement.text)).toEqual(slices(text));
  expect(parse(text).diagnostics).toEqual([]);
});

test("one broken statement leaves the others usable, and only it is underlined", () => {
  const text = "select 1; delete form orders; select '😀' as é, x from x where where; update t set a = 1";
  const { statements, diagnostics } = parse(text);
  expect(statements.map((statement) => statement.effect)).toEqual(["read", "unknown", "unknown", "modify"]);
  expect(diagnostics.map((diagnostic) => text.slice(diagnostic.start, diagnostic.end))).toEqual(["form", "where"]);
  expect(diagnostics[1]!.start).toBe(text.lastIndexOf("where"));
});

test("text that ends too early underlines its last character", () => {
  const { diagnostics } = parse("select 1; select * from  ");
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]!.end).toBeGreaterThan(diagnostics[0]!.start);
  expect(diagnostics[0]!.end).toBeLessThanOrEqual("select 1; select * from  ".length);
});

test("an open quote spoils what is behind it, not what is before", () => {
  const { statements, diagnostics } = parse("select 1;\nselect 'abc; delete from t");
  expect(statements.map((statement) => statement.effect)).toEqual(["read", "unknown"]);
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]!.start).toBe("select 1;\nselect ".length);
});

test("a body between BEGIN ATOMIC and END keeps its semicolons", () => {
  const text = "create function f() returns int language sql begin atomic select case when true then 1 else 2 end; select 2; end; selec 1";
  expect(parse(text).statements).toHaveLength(2);
});

test.each([
  ["", 0],
  [" \n -- only a comment", 0],
  [";;;", 0],
  ["select 1", 1],
])("%j holds %d statements", (text, count) => {
  expect(parse(text).statements).toHaveLength(count);
  expect(parse(text).diagnostics).toEqual([]);
});

test.each([
  ["delete from payments.orders where id = 1", "DELETE orders"],
  ["select 1", "SELECT"],
  ["alter table a.orders add column x int", "ALTER TABLE orders"],
  ["drop table if exists a.b cascade", "DROP TABLE b"],
  ["truncate a, b", "TRUNCATE a, b"],
  ["begin", "BEGIN"],
  ["insert into t values ('secret')", "INSERT t"],
  ["create index concurrently i on t (a)", "CREATE INDEX i ON t"],
  ["set role x", "SET role"],
  ["selec", "SQL"],
])("%s is titled %s", (text, title) => {
  expect(parse(text).statements[0]!.title).toBe(title);
});
