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
 */
export class PlainText {
  #state = GROUND;
  #text = "";
  #times: { from: number; at: number }[] = [];

  /** The lines that ended within this piece. */
  push(data: string, at: number): SpokenLine[] {
    const lines: SpokenLine[] = [];
    let run = -1;
    const take = (end: number): void => {
      if (run < 0) return;
      if (this.#times.at(-1)?.at !== at) this.#times.push({ from: this.#text.length, at });
      this.#text += data.slice(run, end);
      run = -1;
    };
    for (let i = 0; i < data.length; i++) {
      const code = data.charCodeAt(i);
      if (this.#state === GROUND && code >= 0x20 && code !== 0x7f) {
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
    return line.text === "" ? [] : [line];
  }

  /** Takes what is no text; true where the line ends. */
  #control(code: number): boolean {
    switch (this.#state) {
      case ESCAPE:
        this.#state =
          code === 0x5b ? CSI : code === 0x5d || code === 0x50 || code === 0x58 || code === 0x5e || code === 0x5f ? STRING : GROUND;
        // ESC D, E, M, 7, 8, c move; character sets have their last byte yet to come.
        if (code >= 0x20 && code < 0x30) this.#state = ESCAPE;
        return this.#state === GROUND && "DEM8c".includes(String.fromCharCode(code));
      case CSI:
        if (code < 0x40) return false;
        this.#state = GROUND;
        return "ABEFGHfdJLMSTr`".includes(String.fromCharCode(code));
      case STRING:
        if (code === 0x1b) this.#state = ESCAPE;
        else if (code === 0x07) this.#state = GROUND;
        return false;
      default:
        if (code === 0x1b) this.#state = ESCAPE;
        else if (code === 0x08) this.#text = this.#text.slice(0, -1);
        return code === 0x0a || code === 0x0d;
    }
  }
}
