import { expect, test } from "vitest";
import { copyText } from "./cell-copy.ts";

const columns = ["id", "note"];

test("TSV quotes what would break a row", () => {
  expect(
    copyText(
      "tsv",
      columns,
      [
        ["1", "a\tb"],
        ["2", null],
      ],
      true,
    ),
  ).toBe('id\tnote\n1\t"a\tb"\n2\t');
});

test("CSV tells an empty text from NULL and doubles quotes", () => {
  expect(
    copyText(
      "csv",
      columns,
      [
        ["1", ""],
        ["2", null],
        ["3", 'say "hi", twice'],
      ],
      false,
    ),
  ).toBe('1,""\r\n2,\r\n3,"say ""hi"", twice"');
});

test.each(["=HYPERLINK(1)", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])("a formula becomes text: %j", (value) => {
  for (const format of ["csv", "tsv"] as const) expect(copyText(format, ["a"], [[value]], false).replace(/^"/u, "")).toMatch(/^'/u);
});

test.each(["-5", "+1.5", "-1e10", "-.5"])("a number stays a number: %s", (value) => {
  expect(copyText("csv", ["a"], [[value]], false)).toBe(value);
});

test("JSON keeps NULL, large numbers and columns of one name", () => {
  expect(JSON.parse(copyText("json", ["n", "n"], [["9007199254740993", null]], false))).toEqual([{ n: "9007199254740993", n_2: null }]);
});
