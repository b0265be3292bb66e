import { eastAsianWidth } from "get-east-asian-width";

const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
/** Text of which each character takes one column. */
const NARROW = /^[\0-\u02ff]*$/;

/** The column of a terminal's cursor, as far as line editors move it: after other moves it is not known until the cursor goes back to the first. */
export class CursorColumn {
  #columns = Infinity;
  /** How many are left of it; NaN where that is not known. All of them: the next character goes to the next row. */
  #column = 0;
  /** The text ran over into this row from the one above. */
  #wrapped = false;
  #pastEdge = false;

  /** What was printed last stands in the first column of a row into which the text ran over. */
  get pastEdge(): boolean {
    return this.#pastEdge;
  }

  /** `columns`: of the terminal; 0 where it does not know. */
  resize(columns: number): void {
    this.#columns = columns > 0 ? columns : Infinity;
  }

  print(text: string): void {
    if (NARROW.test(text)) {
      const end = this.#column + text.length;
      this.#wrapped ||= end > this.#columns;
      this.#column = ((end - 1) % this.#columns) + 1;
    } else
      for (let i = 0; i < text.length; i++) {
        let width = 1;
        // Iterating over a string takes ten times as long, and most characters are narrow.
        if (text.charCodeAt(i) >= 0x300) {
          const point = text.codePointAt(i)!;
          const char = String.fromCodePoint(point);
          width = NO_WIDTH.test(char) ? 0 : eastAsianWidth(point);
          i += char.length - 1;
        }
        const wraps = this.#column + width > this.#columns;
        this.#wrapped ||= wraps;
        this.#column = wraps ? width : this.#column + width;
      }
    this.#pastEdge = this.#wrapped && this.#column === 1;
  }

  /** Within the row; to the left where `by` is negative. */
  move(by: number): void {
    const last = this.#columns - 1;
    this.#column = Math.max(0, Math.min(Math.min(this.#column, last) + by, last));
    this.#pastEdge = false;
  }

  tab(): void {
    this.move(8 - (this.#column % 8));
  }

  /** To the first column. */
  return(): void {
    this.#column = 0;
    this.#pastEdge = false;
  }

  lose(): void {
    this.#column = NaN;
    this.#pastEdge = false;
  }

  /** What is printed from here on is another text. */
  startText(): void {
    this.#wrapped = this.#pastEdge = false;
  }
}
