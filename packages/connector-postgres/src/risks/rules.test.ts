import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { RULES } from "./rules.ts";

test("codes are unique, and what is covered is a rule", () => {
  const codes = RULES.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(RULES.flatMap(({ covers }) => covers ?? []).filter((code) => !codes.includes(code))).toEqual([]);
  expect(RULES.filter(({ code, covers }) => covers?.includes(code))).toEqual([]);
});

test("docs/risks.md lists every rule as the code says it", () => {
  const text = readFileSync(new URL("../../../../docs/risks.md", import.meta.url), "utf8");
  const rows = text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "").trim()));
  expect(rows).toEqual(RULES.map(({ code, severity, about }) => [`\`${code}\``, severity, about]));
});
