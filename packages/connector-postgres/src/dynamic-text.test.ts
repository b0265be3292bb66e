import { expect, test } from "vitest";
import { constantText } from "./dynamic-text.ts";

test.each<[string, string | undefined]>([
  ["'DELETE FROM t'", "DELETE FROM t"],
  ["'DELETE ' || 'FROM t' || ' WHERE id = ' || 4", "DELETE FROM t WHERE id = 4"],
  ["format('INSERT INTO %I.%I VALUES (%L, %s, ''%%'')', 'a b', 'log', tg_op, 1)", `INSERT INTO "a b"."log" VALUES ('INSERT', 1, '%')`],
  ["'DELETE FROM ' || quote_ident('Or\"der')", 'DELETE FROM "Or""der"'],
  ["pg_catalog.format('SELECT %L', 'it''s')", "SELECT 'it''s'"],
  ["'DELETE FROM ' || tg_table_name", undefined],
  ["'DELETE FROM ' || name", undefined],
  ["mine.format('DELETE FROM t')", undefined],
  ["format('DELETE FROM %2$I', 'a', 'b')", undefined],
  ["format('DELETE FROM %I')", undefined],
  ["format('DELETE FROM %I', variadic array['t'])", undefined],
  ["lower('DELETE FROM t')", undefined],
  ["'DELETE FROM t' < 'x'", undefined],
  ["not sql at all", undefined],
])("%s runs %s", (expression, text) => {
  expect(constantText(expression, "INSERT")).toBe(text);
});

test("outside of triggers there is no operation", () => {
  expect(constantText("tg_op", "")).toBeUndefined();
});
