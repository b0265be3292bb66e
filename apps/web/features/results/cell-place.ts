import type { Cell } from "./cell-selection.ts";
import { ROW_HEIGHT } from "./row-window.ts";

/** What of a grid is in sight: pixels from the top left of its box, the header above the rows and the row numbers at their left. */
export interface GridSight {
  /** True offset of the first row in sight, see row-window.ts, and how far it is scrolled sideways. */
  offset: number;
  left: number;
  /** Size of the box without its scroll bars. */
  width: number;
  height: number;
  header: number;
  gutter: number;
  rows: number;
  /** Left edges of the columns, and where the last one ends. */
  lefts: readonly number[];
}

/** A place relative to the box's top left corner. */
export interface Point {
  x: number;
  y: number;
}

/** The cell at a point, undefined beside the cells. */
export function cellAt(sight: GridSight, { x, y }: Point): Cell | undefined {
  if (x < sight.gutter || x >= sight.width || y < sight.header || y >= sight.height) return undefined;
  const cell = { row: rowAt(sight, y), column: columnAt(sight, x) };
  return cell.row < sight.rows && cell.column < sight.lefts.length - 1 ? cell : undefined;
}

/** The cell nearest to a point, for a drag that may leave the box. */
export function nearestCell(sight: GridSight, { x, y }: Point): Cell {
  const inside = (value: number, least: number, end: number) => Math.max(least, Math.min(end - 1, value));
  return {
    row: inside(rowAt(sight, inside(y, sight.header, sight.height)), 0, sight.rows),
    column: inside(columnAt(sight, inside(x, sight.gutter, sight.width)), 0, sight.lefts.length - 1),
  };
}

/** How far a drag to this point scrolls in one frame, in pixels: the further beyond the edge, the faster. */
export function dragScroll(sight: GridSight, { x, y }: Point): Point {
  return { x: pull(x, sight.gutter, sight.width), y: pull(y, sight.header, sight.height) };
}

function pull(at: number, start: number, end: number): number {
  const beyond = at < start ? at - start : at > end ? at - end : 0;
  return Math.sign(beyond) * Math.min(3 * ROW_HEIGHT, Math.ceil(Math.abs(beyond) / 3));
}

const rowAt = ({ offset, header }: GridSight, y: number) => Math.floor((y - header + offset) / ROW_HEIGHT);

/** As many as there are columns beside the last one. */
function columnAt({ left, lefts }: GridSight, x: number): number {
  const end = lefts.findIndex((edge) => edge > x + left);
  return end === -1 ? lefts.length - 1 : Math.max(0, end - 1);
}
