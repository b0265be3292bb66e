import { expect, test } from "vitest";
import { parseGrammar } from "./grammar.ts";
import { deparse, selectionOf } from "./selection.ts";
import type { Node } from "./tree.ts";

const treeOf = (sql: string): Node => {
  const parsed = parseGrammar(sql);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.statements[0]!.stmt;
};

test.each([
  "select 1 from t where id in (1, 2, 3)",
  "select 1 from t where a between 1 and 2 and b is not null or not c",
  "select 1 from t where status = any(array['a', 'b']) and x like '%é%'",
  "select 1 from t where at > now() - interval '3 days'",
  "select 1 from t where (a, b) in (select c, d from u where u.x = t.x)",
  "select 1 from t where exists (select 1 from u left join v using (id)) and p->>'a' = 'b'",
  "select 1 from t where case when a then 1 else 2 end = 2 and x::numeric(10, 2) > 1.5",
  "select 1 from t where at::date = date '2026-01-01' and e = 'x'::shop.status",
  `select 1 from "T" where "Weird ""name" = 'it''s' and b ~* E'\\\\d+'`,
  "select 1 from t where extract(year from at) = 2026 and coalesce(a, b) is distinct from c",
  "select 1 from t where a similar to 'x' and t.* is not null",
])("comes back as the same tree: %s", (sql) => {
  expect(deparse(treeOf(sql))).toBeDefined();
});

test("a DELETE becomes a SELECT of the places of its rows", () => {
  const sql = selectionOf(
    treeOf("delete from shop.orders o using c where c.id = o.c and o.id in (1, 2)").DeleteStmt,
    [{ name: "id", attnum: 1 }],
    {
      limit: 10,
    },
  );
  expect(sql?.replace(/\s+/g, " ")).toBe(
    "SELECT DISTINCT o.tableoid AS t, o.ctid AS c, o.id AS k1 FROM shop.orders AS o, c WHERE c.id = o.c AND o.id IN (1, 2) LIMIT 10",
  );
});
