import type { ResultColumn } from "@interlock/protocol";
import type { Row } from "./result-store.ts";

/** Narrowest and widest a column is made by itself, in pixels; a person may make it wider. */
const NARROWEST = 64;
const WIDEST = 360;
/** The same for a text that is alone in its row, e.g. a line of output: nothing stands behind it. */
const WIDEST_ALONE = 3_600;
/** Width of a character of the grid's monospaced 12 px font, and of a cell's padding, in pixels. */
const CHARACTER = 7.25;
const PADDING = 26;
/** Numbers grow further down: room for this many digits from the start. */
const DIGITS = 9;
/** Types whose values stand at the right. */
export const NUMERIC = /^(int[248]|smallint|integer|bigint|numeric|decimal|float[48]|real|double precision|money|oid)$/u;
/** Padding of the violet mark of a masked value. */
const MARK = 12;

/** Widths that fit the names and the first rows. */
export function fittingWidths(columns: readonly ResultColumn[], sample: readonly Row[]): number[] {
  const widest = isAlone(columns) ? WIDEST_ALONE : WIDEST;
  return columns.map((column, index) => {
    const least = Math.max(column.name.length, NUMERIC.test(column.type) ? DIGITS : 0);
    const longest = sample.reduce((most, row) => Math.max(most, firstLine(row[index] ?? "NULL").length), least);
    const mark = column.mask === "none" ? 0 : MARK;
    return Math.round(Math.min(widest, Math.max(NARROWEST, longest * CHARACTER + PADDING + mark)));
  });
}

/** The wider of both, column by column: the first of the first rows may be the shortest, and nothing jumps back. */
export const widened = (widths: readonly number[], others: readonly number[]): number[] =>
  widths.map((width, index) => Math.max(width, others[index]!));

/** Whether a row is nothing but a text. */
const isAlone = (columns: readonly ResultColumn[]) => columns.length === 1 && columns[0]!.type === "text";

const firstLine = (text: string) => text.slice(0, 500).split("\n", 1)[0]!;

/** A text alone in its row has all the room there is, a last column of text what no other needs: its longest value may come late. */
export function withFreeRoom(columns: readonly ResultColumn[], widths: readonly number[], room: number): readonly number[] {
  const last = widths.length - 1;
  if (columns[last]?.type !== "text") return widths;
  const free = room - widths.reduce((sum, width) => sum + width, 0);
  if (free <= 0) return widths;
  const widest = isAlone(columns) ? Infinity : Math.max(WIDEST, widths[last]!);
  return widths.with(last, Math.min(widest, widths[last]! + free));
}

/** Left edges of the columns, and as the last entry where they end. */
export function leftEdges(widths: readonly number[], start: number): number[] {
  const edges = [start];
  for (const width of widths) edges.push(edges.at(-1)! + width);
  return edges;
}
