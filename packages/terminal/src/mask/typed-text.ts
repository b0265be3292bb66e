/** Bytes of typing that are waited for. */
const MOST_BYTES = 256;
/** An echo that comes later than this, in milliseconds, is output like any other. */
const IDLE_MS = 10_000;
const AFTER_LINE_MS = 1_000;

/**
 * What the driver typed lately, to know its echo by. A byte is an echo where it is the next one typed that has not come back yet, or where it
 * redraws, from its beginning, a part of what was typed. Nothing else is: what was typed tells its driver nothing new, and only that.
 */
export class TypedText {
  #text = "";
  /** How far the echo has come. */
  #echoed = 0;
  /** What a redraw has drawn so far; undefined where none may begin. */
  #redrawn: string | undefined;
  #lastTyped = 0;
  #lineEnded: number | undefined;

  /** Whether anything is waited for. */
  get active(): boolean {
    return this.#text !== "";
  }

  typed(bytes: Uint8Array, now: number): void {
    this.forget(now);
    this.#lastTyped = now;
    for (const byte of bytes) {
      // Return, ^C and ^D end the line: what was typed until then is drawn no more.
      if (byte === 0x0d || byte === 0x0a || byte === 0x03 || byte === 0x04) this.#lineEnded = now;
      if (byte < 0x20 || byte === 0x7f) continue;
      if (this.#lineEnded !== undefined && this.#lineEnded !== now) this.#lineEnded = undefined;
      this.#text += String.fromCharCode(byte);
    }
    const over = this.#text.length - MOST_BYTES;
    if (over > 0) {
      this.#text = this.#text.slice(over);
      this.#echoed = Math.max(0, this.#echoed - over);
    }
  }

  /** Forgets what is too old. */
  forget(now: number): void {
    const old = now - this.#lastTyped > IDLE_MS || (this.#lineEnded !== undefined && now - this.#lineEnded > AFTER_LINE_MS);
    if (!old || this.#text === "") return;
    this.#text = "";
    this.#echoed = 0;
    this.#lineEnded = undefined;
  }

  /** Whether this byte of output is an echo; to be asked byte by byte. */
  isEcho(byte: number): boolean {
    const character = String.fromCharCode(byte);
    if (this.#redrawn !== undefined) {
      const more = this.#redrawn + character;
      this.#redrawn = this.#text.includes(more) ? more : undefined;
    }
    const next = this.#text.indexOf(character, this.#echoed);
    if (next >= 0) {
      this.#echoed = next + 1;
      return true;
    }
    return this.#redrawn !== undefined;
  }

  /** The cursor went elsewhere: a redraw may begin. */
  moved(): void {
    this.#redrawn = "";
  }
}
