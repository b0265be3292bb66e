import { expect, test } from "vitest";
import { EVASIONS } from "./evasions.data.ts";
import { parse } from "./parse.ts";

const RANK = ["read", "session", "append", "modify", "delete", "schema", "privilege", "unknown"];

test.each(EVASIONS)("%s → %s", (text, effect) => {
  const { statements } = parse(text);
  const strongest = statements.map((statement) => statement.effect).toSorted((a, b) => RANK.indexOf(b) - RANK.indexOf(a))[0];
  expect(strongest).toBe(effect);
});

test("a NUL hides nothing behind it", () => {
  expect(parse("select 1\0; drop table t").statements.some((statement) => statement.effect === "read")).toBe(false);
});

test("deep nesting is unknown, not a crash", { timeout: 30_000 }, () => {
  for (const text of [`select ${"(".repeat(20_000)}1${")".repeat(20_000)}`, `select ${"1+".repeat(20_000)}1`]) {
    expect(parse(text).statements.map((statement) => statement.effect)).toEqual(["unknown"]);
  }
});
