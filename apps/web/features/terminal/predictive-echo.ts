import type { Terminal } from "@xterm/xterm";

/** Milliseconds from key to echo from which guesses are shown, and under which they are not any more. */
export const SLOW = { from: 80, below: 60 } as const;
/** Echoes that are waited for before anything is said about how long they take. */
const MEASURED = 3;
/** Guesses that have to come true before more of them are shown: one alone may be what a program happens to print there. */
const SURE = 2;
/** A key that was not echoed after so many times the usual time, and so many milliseconds, is not echoed. */
const GIVEN_UP = { times: 3, ms: 400 } as const;
/** Characters of one column that every program echoes as they are: ASCII, and letters of Latin scripts. */
const PLAIN = /^[\u0020-\u007e\u00c0-\u024f]$/u;

/** When guesses are shown: on slow links, always, never. Not even `on` shows any where nothing is echoed. */
export type EchoMode = "auto" | "on" | "off";

type Key = { at: number } & ({ kind: "character"; text: string } | { kind: "erase" } | { kind: "other" });

/** The line of the cursor, up to it. */
interface Line {
  /** Number of the line in the buffer; it only has to tell lines apart from one drawing to the next. */
  index: number;
  before: string;
  /** Nothing stands behind the cursor. */
  atEnd: boolean;
}

/** What is to be drawn over the line of the cursor: from `column` on these characters, then blanks up to `until`, the cursor at `cursor`. */
export interface Guess {
  index: number;
  column: number;
  text: string;
  until: number;
  cursor: number;
}

/**
 * What a shell will echo, while it has not: on a slow link a person sees what they type at once. It never touches the terminal: guesses are
 * drawn over it (`guess`), and the screen is only ever what came from the shell.
 *
 * After Keith Winstein's "Mosh: An Interactive Remote Shell for Mobile Clients" (USENIX ATC 2012, section 3.2): guesses are made in epochs, an
 * epoch begins with every key whose effect is not known (Enter, arrows, …), and nothing of it is shown before two of its guesses have come
 * true. So nothing is shown where nothing is echoed, as with passwords. Here guesses are about the end of one line only: what programs with a
 * screen of their own draw is not guessed.
 */
export class PredictiveEcho {
  mode: EchoMode = "auto";
  readonly #term: Pick<Terminal, "buffer" | "cols">;
  readonly #now: () => number;
  /** Typed and not yet seen, in their order. */
  #keys: Key[] = [];
  #line: Line | undefined;
  /** Guesses of this epoch that have come true. */
  #true = 0;
  /** Characters of this line that were typed here: what may be erased. */
  #own = 0;
  #usual = 0;
  #echoes = 0;
  #slow = false;

  constructor(term: Pick<Terminal, "buffer" | "cols">, now: () => number = () => performance.now()) {
    this.#term = term;
    this.#now = now;
  }

  /** Milliseconds from key to echo, smoothed; undefined before it is known. */
  get echoMs(): number | undefined {
    return this.#echoes < MEASURED ? undefined : this.#usual;
  }

  /** Just before it is sent. */
  typed(text: string): void {
    const at = this.#now();
    this.#giveUp();
    if (this.#keys.length === 0) this.#line = this.#read();
    if (PLAIN.test(text)) {
      this.#keys.push({ at, kind: "character", text });
      this.#own++;
    } else if (text === "\u007f" && this.#own > 0) {
      this.#keys.push({ at, kind: "erase" });
      this.#own--;
    } else {
      this.#keys.push({ at, kind: "other" });
      this.#own = 0;
    }
  }

  /** Something of the shell's was drawn. */
  drew(): void {
    const before = this.#line;
    const after = this.#read();
    this.#line = after;
    if (this.#keys.length === 0 || before === undefined) return;
    if (after !== undefined && after.index === before.index && after.before === before.before) return;
    const count = after === undefined ? 0 : this.#cameTrue(before, after);
    if (count > 0) {
      this.#measure(this.#keys[count - 1]!.at);
      this.#keys.splice(0, count);
      this.#true += count;
      return;
    }
    // Something else happened: the effect of the first key that is not known, or of none.
    this.#true = 0;
    const other = this.#keys.findIndex(({ kind }) => kind === "other");
    if (other >= 0) this.#keys.splice(0, other + 1);
  }

  /** What is on the screen was drawn anew, by a picture or in another size. */
  anew(): void {
    this.#forget();
  }

  /** Undefined: nothing is to be shown beside what is there. */
  guess(): Guess | undefined {
    this.#giveUp();
    const line = this.#line;
    if (this.mode === "off" || (this.mode === "auto" && !this.#slow)) return undefined;
    if (this.#true < SURE || line === undefined || !line.atEnd || this.#term.buffer.active.type !== "normal") return undefined;
    const known = this.#keys.findIndex(({ kind }) => kind === "other");
    const keys = known < 0 ? this.#keys : this.#keys.slice(0, known);
    const text = after(line.before, keys);
    // At the right edge programs wrap in ways of their own.
    if (keys.length === 0 || text === line.before || text.length >= this.#term.cols) return undefined;
    let column = 0;
    while (column < text.length && text[column] === line.before[column]) column++;
    return { index: line.index, column, text: text.slice(column), until: Math.max(text.length, line.before.length), cursor: text.length };
  }

  /** Milliseconds until `guess` says something else by itself; undefined where it will not. */
  get expires(): number | undefined {
    const first = this.#keys[0];
    return first === undefined ? undefined : Math.max(0, first.at + this.#patience() - this.#now());
  }

  /** How many of the keys make the line what it is now; 0: none do. */
  #cameTrue(before: Line, now: Line): number {
    if (!now.atEnd || now.index !== before.index) return 0;
    for (let count = 1; count <= this.#keys.length; count++) {
      if (this.#keys[count - 1]!.kind === "other") return 0;
      // Faster than any echo so far: it was not this key that did it.
      if (this.#echoes >= MEASURED && this.#now() - this.#keys[count - 1]!.at < this.#usual / 4) return 0;
      if (after(before.before, this.#keys.slice(0, count)) === now.before) return count;
    }
    return 0;
  }

  #measure(sentAt: number): void {
    const ms = this.#now() - sentAt;
    this.#usual = this.#echoes === 0 ? ms : this.#usual + (ms - this.#usual) / 4;
    this.#echoes++;
    if (this.#echoes < MEASURED) return;
    this.#slow = this.#usual > SLOW.from || (this.#slow && this.#usual >= SLOW.below);
  }

  #patience(): number {
    return this.#usual * GIVEN_UP.times + GIVEN_UP.ms;
  }

  #giveUp(): void {
    const first = this.#keys[0];
    if (first !== undefined && this.#now() - first.at > this.#patience()) this.#forget();
  }

  #forget(): void {
    this.#keys = [];
    this.#true = 0;
    this.#own = 0;
    this.#line = undefined;
  }

  #read(): Line | undefined {
    const { active } = this.#term.buffer;
    if (active.type !== "normal") return undefined;
    const index = active.baseY + active.cursorY;
    const line = active.getLine(index);
    if (line === undefined) return undefined;
    const before = line.translateToString(false, 0, active.cursorX);
    // Of characters that take two columns or more than one code unit nothing is guessed: columns would not be what they are counted as.
    if (before.length !== active.cursorX) return undefined;
    return { index, before, atEnd: line.translateToString(true, active.cursorX).trim() === "" };
  }
}

/** A line after keys that were typed at its end. */
function after(before: string, keys: readonly Key[]): string {
  let text = before;
  for (const key of keys) {
    if (key.kind === "character") text += key.text;
    else if (key.kind === "erase") text = text.slice(0, -1);
  }
  return text;
}
