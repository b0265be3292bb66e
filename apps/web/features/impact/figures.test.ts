import { expect, test } from "vitest";
import { bytesInWords, duration, elapsed, figure, namesInShort, pathsInWords, rowsInWords, share, shortCount } from "./figures.ts";

test.each([
  [{ value: 12_431, kind: "exact" }, "12,431 rows"],
  [{ value: 1, kind: "exact" }, "1 row"],
  [{ value: 12_431, kind: "estimate" }, "≈ 12,400 rows"],
  [{ value: 1, kind: "estimate" }, "≈ 1 row"],
  [{ value: 100_000, kind: "capped" }, "≥ 100,000 rows"],
  [{ value: 0, kind: "unknown" }, "an unknown number of rows"],
] as const)("%o is %s", (rows, words) => expect(rowsInWords(rows)).toBe(words));

test("an estimate claims no more than three digits", () => {
  expect(figure({ value: 999, kind: "estimate" })).toBe("≈ 999");
  expect(figure({ value: 1_234_567, kind: "estimate" })).toBe("≈ 1,230,000");
});

test.each([
  [0, "0 %"],
  [0.0002, "< 0.1 %"],
  [0.0104, "1.0 %"],
  [0.99995, "> 99.9 %"],
  [1, "all"],
])("a share of %d is %s", (fraction, words) => expect(share(fraction)).toBe(words));

test.each([
  [840, "840"],
  [999, "999"],
  [999.8, "1 k"],
  [31_000, "31 k"],
  [1_200_000, "1.2 M"],
  [4_000_000, "4 M"],
])("%d is %s for short", (value, words) => expect(shortCount(value)).toBe(words));

test.each([
  [0.4, "< 1 ms"],
  [38, "38 ms"],
  [999.4, "999 ms"],
  [999.6, "1.0 s"],
  [59_940, "59.9 s"],
  [59_960, "1 min 0 s"],
  [2_100, "2.1 s"],
  [250_000, "4 min 10 s"],
])("%d ms is %s", (milliseconds, words) => expect(duration(milliseconds)).toBe(words));

test.each([
  [0, "0 B"],
  [1_023, "1,023 B"],
  [8_192, "8 kB"],
  [1_500, "1.5 kB"],
  [26_214_400, "25 MB"],
  [1_048_200, "1 MB"],
  [1_288_490_188, "1.2 GB"],
])("%d bytes are %s", (bytes, words) => expect(bytesInWords(bytes)).toBe(words));
test("of many names two are said", () => {
  expect(namesInShort(["a.one", "a.two", "b.three", "a.one"])).toBe("one, two and 1 more");
  expect(namesInShort(["a.one", "b.two"])).toBe("one and two");
});

test.each([
  ["00:00:07", "7 s"],
  ["00:03:12", "3 min 12 s"],
  ["49:05:00", "49 h 5 min"],
  ["3 min", "3 min"],
])("a transaction of %s is %s old", (clock, words) => expect(elapsed(clock)).toBe(words));

test("several ways to one table tell what each takes along", () => {
  const paths = [
    { constraint: "a_fkey", rows: { value: 9, kind: "exact" as const } },
    { constraint: "b_fkey", rows: { value: 1_200, kind: "estimate" as const } },
  ];
  expect(pathsInWords(["a_fkey", "b_fkey"], paths)).toBe("a_fkey 9, b_fkey ≈ 1,200");
  expect(pathsInWords(["a_fkey", "b_fkey"], undefined)).toBe("a_fkey, b_fkey");
});
