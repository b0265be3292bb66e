import { expect, test } from "vitest";
import { parseLayout } from "./stored-layout.ts";

const dock = { grid: { root: {}, width: 800, height: 600, orientation: "VERTICAL" }, panels: {} };

test("a layout of this version is read back as it was stored", () => {
  expect(parseLayout(JSON.stringify({ version: 1, dock, seen: ["result e1 0"] }))).toEqual({ dock, seen: ["result e1 0"] });
});

test.each([
  ["not JSON", "{"],
  ["nothing", "null"],
  ["a list", "[]"],
  ["an older version", JSON.stringify({ version: 0, dock, seen: [] })],
  ["no version", JSON.stringify({ dock, seen: [] })],
  ["no dock", JSON.stringify({ version: 1, seen: [] })],
  ["a dock without a grid", JSON.stringify({ version: 1, dock: { panels: {} }, seen: [] })],
  ["panels that are a list", JSON.stringify({ version: 1, dock: { ...dock, panels: [] }, seen: [] })],
  ["results that are no keys", JSON.stringify({ version: 1, dock, seen: [4] })],
])("%s is refused", (_, text) => {
  expect(() => parseLayout(text)).toThrow();
});
