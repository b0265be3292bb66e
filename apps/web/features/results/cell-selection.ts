/** A cell by row number and column number. */
export interface Cell {
  row: number;
  column: number;
}

/** A rectangle of cells from where the selection began to where it is now; `head` is the active cell. */
export interface CellSelection {
  anchor: Cell;
  head: Cell;
}

export interface Rectangle {
  top: number;
  left: number;
  /** Exclusive. */
  bottom: number;
  right: number;
}

export function rectangleOf({ anchor, head }: CellSelection): Rectangle {
  return {
    top: Math.min(anchor.row, head.row),
    left: Math.min(anchor.column, head.column),
    bottom: Math.max(anchor.row, head.row) + 1,
    right: Math.max(anchor.column, head.column) + 1,
  };
}

export const contains = (area: Rectangle, row: number, column: number) =>
  row >= area.top && row < area.bottom && column >= area.left && column < area.right;

/** The size of the grid, and how many whole rows a page has. */
export interface Grid {
  rows: number;
  columns: number;
  page: number;
}

/** The part of a key press that matters; `mod` is ⌘ on Apple keyboards and Ctrl elsewhere. */
export interface GridKey {
  key: string;
  shift: boolean;
  mod: boolean;
}

/** The selection after a key, as in the WAI-ARIA grid pattern; undefined when the key is not the grid's. */
export function moved(selection: CellSelection | undefined, press: GridKey, grid: Grid): CellSelection | undefined {
  if (grid.rows === 0 || grid.columns === 0) return undefined;
  if (press.mod && press.key.toLowerCase() === "a")
    return { anchor: { row: 0, column: 0 }, head: { row: grid.rows - 1, column: grid.columns - 1 } };
  const from = selection?.head ?? { row: 0, column: 0 };
  const to = target(from, press, grid);
  if (to === undefined) return undefined;
  const head = {
    row: Math.max(0, Math.min(grid.rows - 1, to.row)),
    column: Math.max(0, Math.min(grid.columns - 1, to.column)),
  };
  return { anchor: press.shift && selection ? selection.anchor : head, head };
}

function target({ row, column }: Cell, { key, mod }: GridKey, grid: Grid): Cell | undefined {
  switch (key) {
    case "ArrowUp":
      return { row: mod ? 0 : row - 1, column };
    case "ArrowDown":
      return { row: mod ? grid.rows - 1 : row + 1, column };
    case "ArrowLeft":
      return { row, column: mod ? 0 : column - 1 };
    case "ArrowRight":
      return { row, column: mod ? grid.columns - 1 : column + 1 };
    case "PageUp":
      return { row: row - grid.page, column };
    case "PageDown":
      return { row: row + grid.page, column };
    case "Home":
      return { row: mod ? 0 : row, column: 0 };
    case "End":
      return { row: mod ? grid.rows - 1 : row, column: grid.columns - 1 };
    default:
      return undefined;
  }
}
