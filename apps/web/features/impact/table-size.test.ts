import { expect, test } from "vitest";
import { sizeInWords, wholeTable } from "./table-size.ts";

const locks = [
  { object: "payments.orders", mode: "ShareLock" },
  { object: "payments.orders", mode: "AccessExclusiveLock" },
];
const orders = { object: "payments.orders", rows: { value: 200_000, kind: "estimate" as const }, bytes: 26_214_400 };
const items = { object: "payments.items", rows: { value: 800_000, kind: "estimate" as const }, bytes: 78_643_200 };

test("a table that is written anew says how large it is and who waits", () => {
  expect(wholeTable({ sizes: [orders], locks }, "payments.orders")).toEqual({
    figure: "≈ 200,000 rows · 25 MB",
    notes: ["blocks reads and writes", "estimate"],
  });
});

test("what nobody measured is not made up", () => {
  const bare = { object: "payments.orders", rows: { value: 0, kind: "unknown" as const } };
  expect(wholeTable({ sizes: [bare], locks: [] }, "payments.orders")).toEqual({ figure: "an unknown number of rows", notes: [] });
  expect(wholeTable({ locks: [] }, "payments.orders")).toEqual({ figure: "", notes: [] });
});

test("several tables are told together, where all are known", () => {
  const statements = [{ sizes: [orders] }, { sizes: [items] }];
  expect(sizeInWords(statements, ["payments.orders", "payments.items"])).toBe("≈ 1,000,000 rows · 100 MB");
  expect(sizeInWords(statements, ["payments.orders", "payments.others"])).toBe("");
});
