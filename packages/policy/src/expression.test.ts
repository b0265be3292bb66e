import { expect, test } from "vitest";
import { impactOf, inputOf, statementOf } from "./cases.ts";
import { compileExpression, ExpressionFault } from "./expression.ts";
import { commonFacts, factsOf } from "./facts.ts";
import type { JudgeInput } from "./judge-input.ts";

function value(
  text: string,
  fields: Partial<JudgeInput> = {},
  statement = statementOf("delete", { rows: { value: 12.2, kind: "estimate" } }),
): boolean {
  const compiled = compileExpression(text);
  if (!compiled.ok) throw new Error(compiled.errors.map(({ message }) => message).join());
  const input = inputOf(impactOf([statement]), fields);
  return compiled.expression.evaluate(factsOf(commonFacts(input), input.impact, statement, false));
}

test.each([
  "principal.name == 'oncall' && 'oncall' in principal.groups && principal.id != ''",
  "connection.environment == 'prod' && connection.connector == 'postgres' && connection.name == 'payments-db'",
  "connection.labels.team == 'payments' && connection.labels['team'] == 'payments' && !('tier' in connection.labels)",
  "!has(connection.labels.tier) && !('constructor' in connection.labels)",
  "objects.all(o, o.kind == 'table' && o.effect in ['delete', 'modify']) && connection.labels['team'] != 'effect'",
  "room.incident && room.severity == 'SEV-1' && room.id == 'r1'",
  "statement.effect == 'delete' && statement.title == 'delete orders' && statement.reversible == 'no'",
  "statement.text.lowerAscii().contains('payments.orders') && statement.rows.value == 13",
  "impact.effect == 'delete' && impact.complete && impact.rows.value == 13 && impact.rows.kind == 'estimate'",
  "size(objects) == 1 && objects[0].name == 'payments.orders' && objects[0].via == 'statement'",
  "objects.exists_one(o, o.kind == 'table' && o.columns.exists(c, c == 'status'))",
  "size(objects.filter(o, o.effect == 'delete' && o.rows.value > 10)) == 1",
  "re(statement.text, '(?i)^DELETE\\\\s+from') && !re(statement.text, 'where')",
  "now > timestamp('2026-03-29T01:29:59Z') && now < timestamp('2026-03-29T01:30:01Z')",
])("%s", (text) => {
  expect(value(text)).toBe(true);
});

test.each([
  ["UTC", "2026-03-29T01:30:00Z", "1:30 on day 0, 28 and 87"],
  // The hour that Berlin's clocks leave out; whoever goes through local time gets it wrong.
  ["Europe/Berlin", "2026-03-29T01:30:00Z", "3:30 on day 0, 28 and 87"],
  ["Europe/Berlin", "2026-03-29T00:59:00Z", "1:59 on day 0, 28 and 87"],
  ["America/New_York", "2026-03-08T07:30:00Z", "3:30 on day 0, 7 and 66"],
  ["Asia/Kolkata", "2025-12-31T18:30:00Z", "0:0 on day 4, 0 and 0"],
])("the calendar of %s at %s: %s", (zone, at, said) => {
  const [hours, minutes, weekday, monthDay, yearDay] = said.match(/\d+/g)!;
  const get = (name: string) => `now.${name}('${zone}')`;
  const text = `${get("getHours")} == ${hours} && ${get("getMinutes")} == ${minutes} && ${get("getDayOfWeek")} == ${weekday}
    && ${get("getDayOfMonth")} == ${monthDay} && ${get("getDate")} == ${monthDay} + 1 && ${get("getDayOfYear")} == ${yearDay}`;
  expect(value(text, { now: new Date(at) })).toBe(true);
});

test("outside a room there is no incident", () => {
  expect(value("!room.incident && room.id == '' && room.severity == ''", { room: undefined })).toBe(true);
});

test("what cannot be evaluated is a fault with a reason, never false", () => {
  expect(() => value("connection.labels.tier == 'gold'")).toThrow(ExpressionFault);
  expect(() => value("objects[7].name == 'x'")).toThrow(/index out of bounds/);
});

test("a pattern that hangs backtracking engines takes linear time", () => {
  const text = `${"a".repeat(100_000)}!`;
  for (const pattern of ["^(a+)+$", "^(a|aa)+$", "^(a|a?)+$", "(.*a){12}$"]) {
    const started = performance.now();
    expect(value(`re(statement.text, '${pattern}')`, {}, statementOf("read", { text }))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  }
});

test("work is bounded: too much of it is a fault, not a hang", () => {
  const target = statementOf("delete").effects[0]!;
  const many = statementOf("delete", { effects: Array.from({ length: 3000 }, () => target) });
  const started = performance.now();
  expect(value("objects.all(o, o.name == 'payments.orders')", {}, many)).toBe(true);
  expect(() => value("objects.all(a, objects.all(b, a.name == b.name))", {}, many)).toThrow(/too long over 3000 objects/);
  const long = statementOf("read", { text: "a".repeat(250_000), effects: Array.from({ length: 10 }, () => target) });
  expect(() => value("objects.all(o, re(statement.text, 'a$') && re(statement.text, 'a'))", {}, long)).toThrow(ExpressionFault);
  expect(performance.now() - started).toBeLessThan(2000);
});
