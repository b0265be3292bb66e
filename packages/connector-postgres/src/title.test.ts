import { expect, test } from "vitest";
import { parseGrammar } from "./grammar.ts";
import { titleOf } from "./title.ts";

const title = (text: string) => {
  const parsed = parseGrammar(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return titleOf(parsed.statements[0]?.stmt);
};

test.each([
  ["SELECT 1", "SELECT"],
  ["SELECT id FROM payments.customers WHERE email = 'a@b.c'", "SELECT customers"],
  ["SELECT * FROM orders o JOIN customers c ON c.id = o.customer_id", "SELECT orders"],
  ["SELECT * FROM (SELECT * FROM refunds) r", "SELECT refunds"],
  ["SELECT * FROM (VALUES (1)) AS v(n)", "SELECT v"],
  ["SELECT * FROM generate_series(1, 10) n", "SELECT generate_series"],
  ["SELECT id FROM orders UNION SELECT id FROM refunds", "SELECT orders"],
  ["SELECT id INTO copy FROM orders", "SELECT INTO copy"],
  ["VALUES (1), (2)", "VALUES"],
  ["TABLE payments.staff", "SELECT staff"],
  ["DELETE FROM payments.orders", "DELETE orders"],
  ["DROP TABLE payments.orders", "DROP TABLE orders"],
  ["ALTER TABLE payments.orders ADD note text", "ALTER TABLE orders"],
])("%s is called %s", (text, expected) => {
  expect(title(text)).toBe(expected);
});
