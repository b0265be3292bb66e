import { CursorColumn } from "./cursor-column.ts";

/** A line that could be read on the screen, and when its characters came. */
export interface SpokenLine {
  text: string;
  /** Milliseconds of the character at `times[i].from` and of those behind it, ascending. */
  times: { from: number; at: number }[];
}

/** Longest line; a longer one goes on as the next. */
const MOST_CHARS = 4096;

const GROUND = 0;
const ESCAPE = 1;
const CSI = 2;
const STRING = 3;

/**
 * Makes lines of text of a terminal's output, as it comes: sequences go, a line ends where the cursor leaves it. What a full-screen program
 * draws becomes the pieces it draws.
 *
 * A line that was typed past the right edge stays one. There line editors print a space, or the character that comes next, go back from the row
 * below's second column to its first, and print what stands there (readline ` \r`; zsh ` \r`, erases, `c\rc`). A program that prints its progress over
 * itself goes back from elsewhere.
 */
export class PlainText {
  #state = GROUND;
  #text = "";
  #times: { from: number; at: number }[] = [];
  readonly #cursor = new CursorColumn();
  /** The cursor went back to the edge that the line ran over: what comes next tells whether the line goes on. */
  #returned = false;
  /** The last one of a CSI sequence. */
  #parameter = 0;

  /** `columns`: of the terminal from here on; 0 where it does not know. Before that no line runs over an edge. */
  resize(columns: number): void {
    this.#cursor.resize(columns);
  }

  /** The lines that ended within this piece. */
  push(data: string, at: number): SpokenLine[] {
    const lines: SpokenLine[] = [];
    let run = -1;
    const take = (end: number): void => {
      if (run < 0) return;
      if (this.#times.at(-1)?.at !== at) this.#times.push({ from: this.#text.length, at });
      const text = data.slice(run, end);
      this.#text += text;
      this.#cursor.print(text);
      run = -1;
    };
    for (let i = 0; i < data.length; i++) {
      const code = data.charCodeAt(i);
      if (this.#state === GROUND && code >= 0x20 && code !== 0x7f) {
        if (this.#returned) {
          this.#returned = false;
          const last = this.#text.at(-1);
          if (last === " ") this.#dropLast();
          else if (last === data[i]) {
            // Its moment is that at which it was printed first.
            this.#cursor.print(data.charAt(i));
            continue;
          } else lines.push(...this.end());
        }
        if (run < 0) run = i;
        if (this.#text.length + i - run >= MOST_CHARS) {
          take(i + 1);
          lines.push(...this.end());
        }
        continue;
      }
      take(i);
      if (this.#control(code)) lines.push(...this.end());
    }
    take(data.length);
    return lines;
  }

  /** The line that has not ended. */
  end(): SpokenLine[] {
    const line = { text: this.#text, times: this.#times };
    this.#text = "";
    this.#times = [];
    this.#returned = false;
    this.#cursor.startText();
    return line.text === "" ? [] : [line];
  }

  #dropLast(): void {
    this.#text = this.#text.slice(0, -1);
    if ((this.#times.at(-1)?.from ?? -1) >= this.#text.length) this.#times.pop();
  }

  /** Takes what is no text; true where the line ends. */
  #control(code: number): boolean {
    switch (this.#state) {
      case ESCAPE:
        this.#state =
          code === 0x5b ? CSI : code === 0x5d || code === 0x50 || code === 0x58 || code === 0x5e || code === 0x5f ? STRING : GROUND;
        // ESC D, E, M, 7, 8, c move; character sets have their last byte yet to come.
        if (code >= 0x20 && code < 0x30) this.#state = ESCAPE;
        this.#parameter = 0;
        if (this.#state !== GROUND || !"DEM8c".includes(String.fromCharCode(code))) return false;
        this.#cursor.lose();
        return true;
      case CSI:
        if (code < 0x40) {
          this.#parameter = code >= 0x30 && code <= 0x39 ? this.#parameter * 10 + code - 0x30 : 0;
          return false;
        }
        this.#state = GROUND;
        return this.#sequence(String.fromCharCode(code));
      case STRING:
        if (code === 0x1b) this.#state = ESCAPE;
        else if (code === 0x07) this.#state = GROUND;
        return false;
      default:
        return this.#ground(code);
    }
  }

  #sequence(final: string): boolean {
    if (final === "C" || final === "D") return this.#move((this.#parameter || 1) * (final === "C" ? 1 : -1));
    // These leave the cursor in its column.
    if ("ABJ".includes(final)) return true;
    if (!"EFGHfdLMSTr`".includes(final)) return false;
    this.#cursor.lose();
    return true;
  }

  #ground(code: number): boolean {
    switch (code) {
      case 0x08:
        if (!this.#returned) this.#dropLast();
        return this.#move(-1);
      case 0x09:
        this.#cursor.tab();
        return this.#returned;
      case 0x0a:
        return true;
      case 0x0d:
        this.#returned ||= this.#cursor.pastEdge;
        this.#cursor.return();
        return !this.#returned;
      case 0x1b:
        this.#state = ESCAPE;
        return false;
      default:
        return false;
    }
  }

  /** Behind an edge, what comes after a move does not go on where the line broke off. */
  #move(by: number): boolean {
    this.#cursor.move(by);
    return this.#returned;
  }
}
