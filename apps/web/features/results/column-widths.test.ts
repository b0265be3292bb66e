import type { ResultColumn } from "@interlock/protocol";
import { expect, test } from "vitest";
import { fittingWidths, widened, withFreeRoom } from "./column-widths.ts";

const column = (name: string, type = "text"): ResultColumn => ({ name, type, mask: "none" });

test("a last column of text has what no other needs, up to the widest that a column is made by itself", () => {
  const columns = [column("after"), column("state")];
  expect(withFreeRoom(columns, [80, 160], 400)).toEqual([80, 320]);
  expect(withFreeRoom(columns, [80, 160], 1_000)).toEqual([80, 360]);
  expect(withFreeRoom(columns, [80, 160], 200)).toEqual([80, 160]);
  // What a person has made wide is not made narrower.
  expect(withFreeRoom(columns, [80, 700], 1_000)).toEqual([80, 700]);
});

test("a text alone in its row has all the room, a number no more than it needs", () => {
  expect(withFreeRoom([column("output")], [300], 1_000)).toEqual([1_000]);
  expect(withFreeRoom([column("after"), column("rows", "int8")], [80, 100], 1_000)).toEqual([80, 100]);
  expect(withFreeRoom([], [], 1_000)).toEqual([]);
});

test("widths fit the first rows", () => {
  expect(fittingWidths([column("a"), column("b")], [["x".repeat(20), null]])).toEqual([Math.round(20 * 7.25 + 26), 64]);
});

test("widths grow with the first rows, and none is narrower than it was", () => {
  expect(widened([70, 200], [84, 64])).toEqual([84, 200]);
});
