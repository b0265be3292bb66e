import { backgroundOf, isErased, isOddUnderline, linkOf, sgr } from "./draw-style.ts";
import type { IBuffer } from "@xterm/headless";
import type { ScreenSize } from "./key-frame.ts";
import type { Attributes, Cell, XtermState } from "./xterm-state.ts";

/** A character two cells wide that joins with nothing. */
export const WIDE = "一";
const NOTHING: Attributes = { fg: 0, bg: 0, extended: { urlId: 0, _ext: 0 } };
/**
 * Characters that are cells of their own whatever stands beside them, so that they need no cursor movement between: ASCII, Latin, Greek, Cyrillic,
 * lines and blocks, kana, Han (Unicode 15, Grapheme_Cluster_Break=Other).
 */
const ALONE = /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u0391-\u03ff\u0410-\u0482\u2500-\u259f\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]$/;

/** Writes sequences that bring a fresh terminal to what another one shows, and knows what they set. */
export class Pen {
  readonly #parts: string[] = [];
  readonly #links: XtermState["links"];
  #style = "\u001b[m";
  #link = 0;
  /** Whether drawing has used the saved cursor. */
  savedCursor = false;

  constructor(links: XtermState["links"]) {
    this.#links = links;
  }

  add(text: string): void {
    this.#parts.push(text);
  }

  text(): string {
    return this.#parts.join("");
  }

  style(attributes: Attributes, pen = false): void {
    const style = sgr(attributes, pen);
    const odd = isOddUnderline(attributes);
    if (style !== this.#style || odd) this.add(style);
    // Saved with a style and restored without: the only way there is.
    if (odd) {
      this.add("\u001b7\u001b[24m\u001b8");
      this.savedCursor = true;
    }
    this.#style = style;
    if (odd) this.forgetStyle();
    this.link(pen ? attributes.extended.urlId : linkOf(attributes));
  }

  /** A restored cursor has brought its own style. */
  forgetStyle(): void {
    this.#style = "restored";
  }

  plain(): void {
    this.style(NOTHING);
  }

  link(link: number): void {
    if (link === this.#link) return;
    this.#link = link;
    const data = link === 0 ? undefined : this.#links.getLinkData(link);
    // One without a name gets one, or parts of it would be links of their own.
    this.add(data === undefined ? "\u001b]8;;\u001b\\" : `\u001b]8;id=${data.id ?? `frame-${link}`};${data.uri}\u001b\\`);
  }
}

/**
 * Draws all lines of a buffer, scrollback first, from the top left of an empty screen of so many rows. Every cell becomes what it is: empty ones
 * stay empty, colours of what was erased, lines that go on in the next. `mark` is called before a line is drawn, with the cursor in it and
 * its number as the terminal counts it then.
 */
export function drawLines(pen: Pen, cells: IBuffer, { columns, rows }: ScreenSize, mark?: (line: number) => void): void {
  const row = new Row(pen, columns, cells.getNullCell() as Cell);
  // The first line may go on from one that has scrolled away: one is made, and taken out of the scrollback once it is there.
  const made = cells.getLine(0)?.isWrapped === true;
  if (made) {
    mark?.(0);
    pen.add(`\u001b[${columns}G  `);
    row.clear();
  }
  for (let y = 0; y < cells.length; y++) {
    if (made && y === rows - 1) pen.add("\u001b[3J");
    const line = cells.getLine(y)!;
    mark?.(made && y < rows - 1 ? y + 1 : y);
    const goesOn = y + 1 < cells.length && cells.getLine(y + 1)!.isWrapped && columns > 1;
    row.draw((x, cell) => line.getCell(x, cell) as Cell, goesOn);
    if (y + 1 === cells.length) return;
    if (!goesOn) {
      // The new line is filled with the background that is set.
      pen.plain();
      pen.add("\r\n");
    }
  }
}

/** One line after the other. */
class Row {
  readonly #pen: Pen;
  readonly #columns: number;
  readonly #cell: Cell;
  readonly #other: Cell;
  /** Column of the cursor. */
  #x = 0;
  /** Cells before this one are not as a fresh line has them. */
  #touched = 0;
  /** Whether what was printed last joins with nothing. */
  #alone = true;

  constructor(pen: Pen, columns: number, cell: Cell) {
    this.#pen = pen;
    this.#columns = columns;
    this.#cell = cell;
    this.#other = Object.assign(Object.create(Object.getPrototypeOf(cell) as object) as Cell, cell);
  }

  /** Begins a line into which the one before was wrapped. Erasing characters keeps that it was. */
  clear(): void {
    this.#pen.plain();
    this.#pen.add(`\r\u001b[${this.#columns}X`);
  }

  draw(at: (x: number, cell: Cell) => Cell, goesOn: boolean): void {
    this.#x = 0;
    this.#touched = 0;
    this.#alone = true;
    const last = this.#columns - 1;
    for (let x = 0; x < this.#columns;) {
      const cell = at(x, this.#cell);
      const text = cell.getChars();
      if (text === "" && x === last && goesOn) break;
      if (text !== "") {
        // Cut in half by a resize: no sequence makes that.
        this.#print(x, x === last && cell.getWidth() === 2 ? " " : text, cell);
        if (x + 2 === this.#columns && cell.getWidth() === 2 && this.#overHalf(at)) break;
        // A mark without a character before it has no width and takes a cell.
        x += Math.max(1, cell.getWidth());
      } else if (cell.getWidth() === 0 && x > 0 && x < last) {
        this.#secondHalf(x, cell, at);
        x++;
      } else if (isErased(cell)) x = this.#erase(x, at, goesOn ? last : this.#columns);
      else {
        this.#emptyWithStyle(x, cell, at);
        x++;
      }
    }
    if (goesOn) this.#wrap(at);
  }

  /**
   * Without wrapping xterm prints over the second half of a wide character at the end of a line and leaves the first one as it is; another wide one
   * finds no room there and leaves it empty.
   */
  #overHalf(at: (x: number, cell: Cell) => Cell): boolean {
    const over = at(this.#columns - 1, this.#other);
    if (over.getWidth() === 0) return false;
    this.#pen.style(over);
    this.#pen.add(`\u001b[?7l${over.getChars() || WIDE}\u001b[?7h`);
    return true;
  }

  #go(x: number): void {
    if (x === this.#x) return;
    this.#pen.add(`\u001b[${x + 1}G`);
    this.#x = x;
    this.#alone = true;
  }

  #print(x: number, text: string, cell: Cell): void {
    const before = this.#alone;
    this.#go(x);
    this.#pen.style(cell);
    const alone = ALONE.test(text);
    // Any sequence parts characters that would join.
    if (!alone || !before) this.#pen.add(`\u001b[${x + 1}G`);
    this.#pen.add(text);
    this.#alone = alone;
    this.#x = Math.min(this.#columns, x + Math.max(1, cell.getWidth()));
    this.#touched = Math.max(this.#touched, this.#x);
  }

  /** A run of erased cells of one colour. Returns the place behind it. */
  #erase(from: number, at: (x: number, cell: Cell) => Cell, end: number): number {
    const colour = backgroundOf(this.#cell);
    const background: Attributes = { fg: 0, bg: colour, extended: NOTHING.extended };
    let to = from + 1;
    while (to < end) {
      const next = at(to, this.#other);
      if (next.getChars() !== "" || (next.getWidth() === 0 && to < this.#columns - 1) || !isErased(next) || backgroundOf(next) !== colour)
        break;
      to++;
    }
    if (colour !== 0 || this.#touched > from) {
      this.#go(from);
      this.#pen.style(background);
      this.#pen.add(`\u001b[${to - from}X`);
      this.#alone = true;
    }
    return to;
  }

  /** An empty cell that has more than a background: half of a wide character that was written over. That is how it is made. */
  #emptyWithStyle(x: number, cell: Cell, at: (x: number, cell: Cell) => Cell): void {
    if (x + 1 < this.#columns) {
      this.#go(x);
      this.#pen.style(cell);
      this.#pen.add(`${WIDE}\u001b[${x + 2}G `);
      this.#x = x + 2;
      this.#touched = Math.max(this.#touched, x + 2);
      return;
    }
    if (x === 0) return;
    // At the end of the line the first half is written over, and what stands there drawn again.
    const style = { fg: cell.fg, bg: cell.bg, extended: cell.extended };
    this.#go(x - 1);
    this.#pen.style(style);
    this.#pen.add(`${WIDE}\u001b[${x}G `);
    this.#x = x;
    this.#touched = x;
    const before = x > 1 && at(x - 2, this.#cell).getWidth() === 2 ? x - 2 : x - 1;
    const again = at(before, this.#cell);
    if (again.getChars() !== "") this.#print(before, again.getChars(), again);
    else this.#erase(before, at, before + 1);
    this.#x = -1;
  }

  /**
   * The second half of a wide character whose first one is gone: cells were inserted between them, and xterm erases only the first. That is how it
   * is made, and then moved back by one. What stands before it is an erased cell.
   */
  #secondHalf(x: number, cell: Cell, at: (x: number, cell: Cell) => Cell): void {
    this.#go(x - 1);
    this.#pen.style(cell);
    this.#pen.add(`${WIDE}\u001b[${x + 1}G`);
    // What moves in from the right is plain.
    this.#pen.plain();
    this.#pen.add("\u001b[@\b\u001b[P");
    this.#pen.style({ ...NOTHING, bg: backgroundOf(at(x - 1, this.#other)) });
    this.#pen.add("\u001b[X");
    this.#x = x - 1;
    this.#touched = Math.max(this.#touched, x + 1);
    this.#alone = true;
  }

  /** Goes on into the next line, so that it is known to belong to this one. */
  #wrap(at: (x: number, cell: Cell) => Cell): void {
    const last = at(this.#columns - 1, this.#cell);
    if (last.getChars() === "" && (last.getWidth() !== 0 || at(this.#columns - 2, this.#other).getWidth() !== 2)) {
      // A wide character that finds no room leaves the last cell empty, in its style.
      this.#go(this.#columns - 1);
      this.#pen.style(last);
      this.#pen.add(WIDE);
    } else {
      this.#pen.plain();
      this.#pen.add(" ");
    }
    this.clear();
  }
}
