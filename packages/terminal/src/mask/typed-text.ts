/** Bytes of typing that are waited for, and known of a line. */
const MOST_BYTES = 256;
/** An echo that comes later than this, in milliseconds, is output like any other. */
const LATE_MS = 1_000;
/** A line that nobody has typed on for so long, in milliseconds, is drawn anew by no shell. */
const IDLE_MS = 10_000;

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const AT = 0x40;

/**
 * What the driver typed. A byte of output is its *echo* where it is the very next one that has not come back; the first byte that is not ends
 * the waiting, until something is typed again. So nobody sees by it what they have not typed themselves, also where nothing is echoed at all
 * (`stty -echo`) and a file is printed instead. It is a *redraw* where it draws a part of the line again (shells that colour it do with each
 * key): such letters need not wait for what follows, but are masked like others; digits and `@`, which decide, do wait.
 */
export class TypedText {
  #awaited = "";
  /** What was typed since the last Return. */
  #line = "";
  /** What a redraw has drawn so far; undefined where none may begin. */
  #redrawn: string | undefined;
  #lastTyped = 0;

  /** Whether anything is known that output may be. */
  get active(): boolean {
    return this.#line !== "" || this.#awaited !== "";
  }

  typed(bytes: Uint8Array, now: number): void {
    this.forget(now);
    this.#lastTyped = now;
    for (const byte of bytes) {
      // Return, ^C and ^D end the line.
      if (byte === 0x0d || byte === 0x0a || byte === 0x03 || byte === 0x04) this.#line = "";
      if (byte < 0x20 || byte === 0x7f) continue;
      this.#awaited += String.fromCharCode(byte);
      this.#line += String.fromCharCode(byte);
    }
    // What comes first is echoed first; of a paste longer than this the rest is output like any other.
    this.#awaited = this.#awaited.slice(0, MOST_BYTES);
    this.#line = this.#line.slice(-MOST_BYTES);
  }

  /** Forgets what is too old. */
  forget(now: number): void {
    if (now - this.#lastTyped > LATE_MS) this.#awaited = "";
    if (now - this.#lastTyped > IDLE_MS) this.#line = "";
  }

  /** What a byte of output is; to be asked byte by byte. */
  read(byte: number): "echo" | "redraw" | undefined {
    const redraws = this.#redraws(byte);
    if (this.#awaited !== "" && this.#awaited.charCodeAt(0) === byte) {
      this.#awaited = this.#awaited.slice(1);
      return "echo";
    }
    // The line may be drawn from its beginning before the newest key is.
    if (!redraws) this.#awaited = "";
    return redraws && !isDigit(byte) && byte !== AT ? "redraw" : undefined;
  }

  /** The cursor went elsewhere: a redraw may begin. */
  moved(): void {
    this.#redrawn = "";
  }

  #redraws(byte: number): boolean {
    if (this.#redrawn === undefined) return false;
    const more = this.#redrawn + String.fromCharCode(byte);
    this.#redrawn = this.#line.includes(more) ? more : undefined;
    return this.#redrawn !== undefined;
  }
}
