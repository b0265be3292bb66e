import { DETECTORS, findSpans, mayHold, readDetectors, type Detector, type Span } from "@interlock/masking";
import { ByteBuilder } from "../byte-builder.ts";
import { CLOCK, type Clock } from "../clock.ts";
import { drawMasked } from "./draw-masked.ts";
import { readSequence, styleEnd, type Sequence } from "./sequence.ts";
import { textWidth } from "./text-width.ts";
import { TypedText } from "./typed-text.ts";
import { CARRY_BYTES, unfinishedFrom } from "./unfinished.ts";

/** Where masked output goes, in its order. `Note` is whatever has a place in the stream without being a part of it. */
export interface MaskSink<Note> {
  /** The memory is not used again. */
  bytes(bytes: Uint8Array): void;
  /** `offset`: bytes that came out before it. */
  note(note: Note, offset: number): void;
}

export interface MaskOptions {
  columns: number;
  /** Names of DETECTORS; all of them when absent. */
  detectors?: readonly string[];
  /** Longest time anything is held back, in milliseconds. */
  holdMs?: number;
  /** What has to go out before it is known whether it is a number or an address is covered where it may be one, instead of shown. */
  cover?: boolean;
  clock?: Clock;
}

const HOLD_MS = 50;
const NOTHING = new Uint8Array(0);

const DIGIT = 1;
const AT = 2;
const BEYOND_ASCII = 4;
const CONTROL = 8;
/** Space and dash, which may stand between the digits of a number. */
const BETWEEN = 16;
const KINDS = new Uint8Array(256).fill(CONTROL, 0, 0x20).fill(BEYOND_ASCII, 0x80);
for (let code = 0x30; code <= 0x39; code++) KINDS[code] = DIGIT;
KINDS[0x40] = AT;
KINDS[0x20] = KINDS[0x2d] = BETWEEN;
KINDS[0x7f] = CONTROL;

/** Fewest digits of a card number. */
const CARD_DIGITS = 13;

/** Digits that may be shown of a number whose end is not known: those that name a card's issuer (PCI DSS 3.4). */
const ISSUER_DIGITS = 6;

/**
 * Most of what may stand between text that is held: four pieces for each byte of it. Programs that colour every letter write two, so this is a
 * flood, and it costs memory as long as a word is held.
 */
const MOST_BETWEEN = 4 * CARRY_BYTES;
/** Most bytes of it: 64 for each piece; a style that sets both colours in full takes 38. */
const MOST_BETWEEN_BYTES = 64 * MOST_BETWEEN;

/** How a byte of text counts. */
const SHOWN = 0;
/** An echo of what the driver typed: shown as it is, and at once. */
const ECHO = 1;
/** Stands for an empty cell; a sequence made it. */
const GAP = 2;
/** A part of what the driver typed, drawn again: shown at once unless it is known to be part of something. */
const REDRAW = 3;
const HOW = { output: SHOWN, echo: ECHO, redraw: REDRAW } as const;

/** What stands between bytes of text, before the byte `at`. */
type Between<Note> = { at: number } & ({ bytes: Uint8Array } | { note: Note });

/**
 * Masks the output of a terminal as it streams by: what the detectors find in the text that people see next to each other is drawn over cell
 * by cell (`•••• •••• •••• 4242`, `r••••@•••••••.com`), so that nothing moves. Frames, colours and other sequences that move nothing, gaps of
 * a few cells and line wraps, also those of line editors, do not part a number or an address; anything else that moves the cursor does, which is
 * the limit of it: digits that a program puts side by side by addressing them are not found.
 *
 * The end of what came is held back while it could become part of something, at most CARRY_BYTES, MOST_BETWEEN and `holdMs`. What then had to be
 * shown still counts as the beginning of what comes later, whose rest is masked. Takes the output of the filter; gives sequences whole.
 *
 * One long file, because it is two ways through one state, on the way of every byte: `#direct` copies nothing where there is nothing to mask, `#carry` keeps text apart from
 * what stands between.
 */
export class MaskedStream<Note = never> {
  readonly #sink: MaskSink<Note>;
  readonly #clock: Clock;
  readonly #holdMs: number;
  readonly #cover: boolean;
  readonly #detectors: ReadonlySet<Detector>;
  readonly #typed = new TypedText();
  #columns: number;
  #offset = 0;
  /** Text since the last break that may still matter: the first `#sent` bytes went out. */
  #text = new Uint8Array(4096);
  #how = new Uint8Array(4096);
  #length = 0;
  #sent = 0;
  /** Bytes of text that went out by now. */
  #gone = 0;
  /** Of what has not gone out yet. */
  #between: Between<Note>[] = [];
  #betweenBytes = 0;
  /** Column at which the text since the last break begins; -1 where it is not known. */
  #column = 0;
  /** Cells of text that was settled since then. */
  #settledWidth = 0;
  /** Where the text of the line begins onto which a line editor wrapped; -1 where none did. */
  #wrapped = -1;
  /** What `#direct` has measured of text beyond ASCII that begins at `start`: a line may end at its edge again and again. */
  readonly #measured = { start: -1, to: 0, cells: 0 };
  /** An unfinished sequence. */
  #partial: Uint8Array = NOTHING;
  #out = new ByteBuilder(4096);
  #cancel: (() => void) | undefined;

  constructor(options: MaskOptions, sink: MaskSink<Note>) {
    this.#sink = sink;
    this.#columns = options.columns;
    this.#clock = options.clock ?? CLOCK;
    this.#holdMs = options.holdMs ?? HOLD_MS;
    this.#cover = options.cover ?? false;
    this.#detectors = readDetectors(options.detectors ?? DETECTORS);
  }

  /** Bytes that came out so far. */
  get offset(): number {
    return this.#offset;
  }

  resize(columns: number): void {
    this.#columns = columns;
    this.#column = -1;
  }

  /** What the driver typed, when it is sent to the target: its echo is shown as it is, and not held back. */
  echoed(bytes: Uint8Array): void {
    this.#typed.typed(bytes, this.#clock.now());
  }

  /** Something that has its place here: told when all output before it has gone out. */
  note(note: Note): void {
    if (this.#length === this.#sent && this.#between.length === 0 && this.#partial.length === 0) {
      this.#sink.note(note, this.#offset);
      return;
    }
    this.#between.push({ at: this.#length, note });
    if (!this.#limit()) return;
    this.#send();
    this.#arm(false);
  }

  push(input: Uint8Array): void {
    if (input.length === 0) return;
    let bytes = input;
    if (this.#partial.length > 0) {
      bytes = new Uint8Array(this.#partial.length + input.length);
      bytes.set(this.#partial);
      bytes.set(input, this.#partial.length);
      this.#partial = NOTHING;
    }
    if (this.#typed.active) this.#typed.forget(this.#clock.now());
    const held = this.#length - this.#sent;
    const gone = this.#gone;
    const from = this.#length > 0 || this.#between.length > 0 || this.#typed.active ? this.#carry(bytes, 0, bytes.length, true) : 0;
    if (from < bytes.length) this.#direct(bytes, from);
    this.#release();
    this.#send();
    this.#arm(held > 0 && this.#gone - gone >= held);
  }

  /** Everything held back goes out as it is known to be. */
  flush(): void {
    this.#emit(this.#length, true);
    this.#out.append(this.#partial, 0, this.#partial.length);
    if (this.#partial.length > 0) {
      this.#column = this.#partial[0] === 0x0d ? 0 : -1;
      this.#break();
    }
    this.#partial = NOTHING;
    this.#trim();
    this.#send();
    this.#arm(true);
  }

  /** Gives what `flush` would now, and keeps it: once more has come it may be known to be something else. */
  preview(sink: MaskSink<Note>): void {
    if (this.#sent === this.#length && this.#between.length === 0 && this.#partial.length === 0) return;
    const twin = new MaskedStream<Note>(
      { columns: this.#columns, detectors: [...this.#detectors], holdMs: this.#holdMs, cover: this.#cover, clock: this.#clock },
      sink,
    );
    twin.#text = this.#text.slice(0, this.#length);
    twin.#how = this.#how.slice(0, this.#length);
    [twin.#length, twin.#sent, twin.#offset] = [this.#length, this.#sent, this.#offset];
    twin.#between = this.#between.map((piece) => ({ ...piece }));
    [twin.#column, twin.#settledWidth, twin.#wrapped] = [this.#column, this.#settledWidth, this.#wrapped];
    twin.#partial = this.#partial;
    twin.flush();
  }

  /** The output is over. */
  end(): void {
    this.#emit(this.#length, false);
    this.flush();
    this.#break();
  }

  /** Text that begins after a break, by places in `bytes`: nothing is copied unless there is something to mask. */
  #direct(bytes: Uint8Array, from: number): void {
    const end = bytes.length;
    if (this.#column >= 0) this.#column += this.#settledWidth;
    this.#settledWidth = 0;
    this.#measured.start = -1;
    let at = from;
    let verbatim = from;
    let start = from;
    let seen = 0;
    let width = 0;
    /** Digits in a row, but for what may stand between them, and the most there were. */
    let run = 0;
    let digits = 0;
    let lastDigit = from;
    let lastOther = from;
    for (;;) {
      const text = at;
      let kind = 0;
      while (at < end && ((kind = KINDS[bytes[at]!]!) & CONTROL) === 0) {
        if (kind === 0) lastOther = at;
        else if (kind === DIGIT) {
          run = lastOther > lastDigit ? 1 : run + 1;
          if (run > digits) digits = run;
          lastDigit = at;
        } else if (kind !== BETWEEN) {
          seen |= kind;
          lastOther = at;
        }
        at++;
      }
      width += at - text;
      if (at === end) break;
      const style = styleEnd(bytes, at);
      if (style > 0) {
        at = style;
        continue;
      }
      // Most lines: nothing in them, and not full.
      const feed = bytes[at] === 0x0d ? (bytes[at + 1] === 0x0d ? at + 2 : at + 1) : -1;
      if (feed > 0 && bytes[feed] === 0x0a && digits < CARD_DIGITS && (seen & AT) === 0 && width + this.#column < this.#columns) {
        this.#column = 0;
        at = start = feed + 1;
        run = digits = seen = width = 0;
        continue;
      }
      const sequence = readSequence(bytes, at);
      if (sequence === undefined) break;
      const suspect = (seen & AT) !== 0 || digits >= CARD_DIGITS;
      if (bytes[at] === 0x1b && bytes[at + 1] === 0x5d && this.#tells(bytes, at, sequence.end)) {
        // A link that holds an address: kept on the slow way, which replaces it.
        this.#out.append(bytes, verbatim, start);
        verbatim = this.#carry(bytes, start, end, false);
        if (verbatim === end) return;
        at = start = verbatim;
        run = digits = seen = width = 0;
        continue;
      }
      if (
        sequence.kind === "transparent" ||
        sequence.kind === "gap" ||
        (sequence.kind === "newline" && this.#wraps(width, seen, bytes, start, at))
      ) {
        at = sequence.end;
        continue;
      }
      if (sequence.kind === "return" && bytes[at - 1] === 0x20 && this.#wraps(width - 1, seen, bytes, start, at - 1)) {
        // A line editor goes on with its line: the slow way.
        this.#out.append(bytes, verbatim, start);
        this.#carry(bytes, start, end, false);
        return;
      }
      if (suspect) {
        this.#out.append(bytes, verbatim, start);
        verbatim = this.#carry(bytes, start, sequence.end, false);
      } else this.#moved(sequence, (seen & BEYOND_ASCII) === 0 ? width : -1);
      at = start = sequence.end;
      run = digits = seen = width = 0;
    }
    this.#out.append(bytes, verbatim, start);
    this.#carry(bytes, start, end, false);
  }

  /** Whether a line that ends here ends because it is full. */
  #wraps(width: number, seen: number, bytes: Uint8Array, start: number, at: number): boolean {
    if (this.#column < 0 || width + this.#column < this.#columns) return false;
    const cells = this.#column + ((seen & BEYOND_ASCII) === 0 ? width : this.#rawWidth(bytes, start, at));
    return cells > 0 && cells % this.#columns === 0;
  }

  /** Cells of what stands in `bytes[start, end)` but its sequences. For one `start`, `end` only grows. */
  #rawWidth(bytes: Uint8Array, start: number, end: number): number {
    const measured = this.#measured;
    if (measured.start !== start) {
      measured.start = measured.to = start;
      measured.cells = 0;
    }
    for (let at = measured.to; at < end;) {
      const from = at;
      while (at < end && (KINDS[bytes[at]!]! & CONTROL) === 0) at++;
      measured.cells += textWidth(bytes, from, at);
      if (at < end) at = readSequence(bytes, at)?.end ?? end;
      measured.to = at;
    }
    return measured.cells;
  }

  /**
   * Takes bytes onto the slow way, where text is kept apart from what stands between. Returns the place behind the first break when it is to
   * stop there, else `end`; then what remains is held.
   */
  #carry(bytes: Uint8Array, start: number, end: number, stop: boolean): number {
    let at = start;
    while (at < end) {
      const from = at;
      while (at < end && (KINDS[bytes[at]!]! & CONTROL) === 0) at++;
      this.#append(bytes, from, at);
      if (at === end) break;
      const sequence = readSequence(bytes, at);
      if (sequence === undefined) {
        this.#partial = bytes.slice(at, end);
        return end;
      }
      const begin = at;
      at = sequence.end;
      if (sequence.kind === "transparent") {
        const tells = bytes[begin] === 0x1b && bytes[begin + 1] === 0x5d && this.#tells(bytes, begin, at);
        if (tells) this.#place(LINK_END, 0, LINK_END.length);
        else this.#place(bytes, begin, at);
      } else if (sequence.kind === "gap") {
        this.#place(bytes, begin, at);
        for (let i = 0; i < sequence.cells; i++) this.#appendByte(0x20, GAP);
      } else if (sequence.kind === "newline" && this.#atEdge()) this.#place(bytes, begin, at);
      else if (sequence.kind === "return" && this.#editorWraps(bytes.subarray(begin, at))) continue;
      else {
        this.#emit(this.#length, false);
        this.#out.append(bytes, begin, at);
        this.#moved(sequence, this.#settledWidth + textWidth(this.#text, 0, this.#length));
        this.#break();
        if (stop && !this.#typed.active) return at;
      }
    }
    return end;
  }

  /**
   * A line editor that has filled a line writes a space, which is the first character of the next one, and goes back to write over it. (zsh does
   * so with the first character once more.) What is written over is no text.
   */
  #editorWraps(back: Uint8Array): boolean {
    if (this.#endsInWrap()) {
      this.#overwrite(this.#length - 1, SPACE, back);
      // At the beginning of a line now, wherever this one began.
      const width = this.#settledWidth + textWidth(this.#text, 0, this.#length);
      if (this.#column < 0) this.#column = (this.#columns - (width % this.#columns)) % this.#columns;
      this.#wrapped = this.#length;
      return true;
    }
    const repainted = this.#wrapped < 0 ? 0 : textWidth(this.#text, this.#wrapped, this.#length);
    if (repainted === 0 || repainted > 2) return false;
    const drawn = this.#cover ? new TextEncoder().encode("•".repeat(repainted)) : this.#text.slice(this.#wrapped, this.#length);
    this.#overwrite(this.#wrapped, drawn, back);
    return true;
  }

  /** Whether the last character of the text is one behind a full line; where it is not known how full it is, a recording is to be safe. */
  #endsInWrap(): boolean {
    if (this.#length === 0 || this.#text[this.#length - 1] !== 0x20 || this.#how[this.#length - 1] === GAP) return false;
    if (this.#column < 0) return this.#cover;
    const before = this.#column + this.#settledWidth + textWidth(this.#text, 0, this.#length) - 1;
    return before > 0 && before % this.#columns === 0;
  }

  /** Text from `from` on is text no more: `drawn` goes out in its place where it did not yet, and `back` behind it. */
  #overwrite(from: number, drawn: Uint8Array, back: Uint8Array): void {
    // In order of their places: those before it are not asked, since a line editor can wrap without end.
    for (let i = this.#between.length - 1; i >= 0 && this.#between[i]!.at > from; i--) this.#between[i]!.at = from;
    const gone = this.#sent > from;
    this.#length = from;
    this.#sent = Math.min(this.#sent, from);
    if (!gone) this.#place(drawn, 0, drawn.length);
    this.#place(back, 0, back.length);
  }

  #atEdge(): boolean {
    if (this.#column < 0) return false;
    const cells = this.#column + this.#settledWidth + textWidth(this.#text, 0, this.#length);
    return cells > 0 && cells % this.#columns === 0;
  }

  /** Puts a sequence behind the text that came so far: out at once where none of that is held. */
  #place(bytes: Uint8Array, from: number, to: number): void {
    if (this.#sent === this.#length && this.#between.length === 0) {
      this.#out.append(bytes, from, to);
      return;
    }
    this.#between.push({ at: this.#length, bytes: bytes.slice(from, to) });
    this.#betweenBytes += to - from;
    this.#limit();
  }

  /**
   * Lets go where too much stands between what is held, and tells whether it did. What is decided goes first; where that is not half of it, all
   * goes as when its time is over. It is then covered on screens, too: what is not known in time is shown there since programs pause in the
   * middle of words, but a flood in the middle of one has no use but to bring a number past the mask.
   */
  #limit(): boolean {
    if (this.#between.length <= MOST_BETWEEN && this.#betweenBytes <= MOST_BETWEEN_BYTES) return false;
    this.#release();
    if (this.#between.length > MOST_BETWEEN / 2 || this.#betweenBytes > MOST_BETWEEN_BYTES / 2) {
      this.#emit(this.#length, true, true);
      this.#trim();
    }
    return true;
  }

  /** Where the next text begins. */
  #moved(sequence: Sequence, width: number): void {
    if (sequence.kind === "newline" || sequence.kind === "return") this.#column = 0;
    else if (sequence.kind === "tab" && this.#column >= 0 && width >= 0) this.#column = (Math.floor((this.#column + width) / 8) + 1) * 8;
    else this.#column = -1;
  }

  #break(): void {
    this.#length = this.#sent = this.#settledWidth = 0;
    this.#wrapped = -1;
    this.#typed.moved();
  }

  #append(bytes: Uint8Array, from: number, to: number): void {
    if (this.#typed.active) {
      for (let at = from; at < to; at++) this.#appendByte(bytes[at]!, HOW[this.#typed.read(bytes[at]!) ?? "output"]);
      return;
    }
    const count = to - from;
    this.#room(count);
    this.#text.set(bytes.subarray(from, to), this.#length);
    this.#how.fill(SHOWN, this.#length, this.#length + count);
    this.#length += count;
  }

  #appendByte(byte: number, how: number): void {
    this.#room(1);
    this.#text[this.#length] = byte;
    this.#how[this.#length++] = how;
  }

  #room(count: number): void {
    if (this.#length + count <= this.#text.length) return;
    const size = Math.max(this.#text.length * 2, this.#length + count);
    const [text, how] = [new Uint8Array(size), new Uint8Array(size)];
    text.set(this.#text.subarray(0, this.#length));
    how.set(this.#how.subarray(0, this.#length));
    [this.#text, this.#how] = [text, how];
  }

  /** From where on text may still become part of something, or is a part of what reaches to there. */
  #undecidedFrom(): number {
    const all = unfinishedFrom(this.#text, this.#length);
    const from = this.#endsInWrap() ? Math.min(all, unfinishedFrom(this.#text, this.#length - 1)) : all;
    return this.#spans().find((span) => span.start < from && span.end > from)?.start ?? from;
  }

  /** Lets go of what is decided, and of what may not be held any longer. */
  #release(): void {
    const open = this.#undecidedFrom();
    let to = Math.max(open, this.#sent, this.#length - CARRY_BYTES);
    while (to < this.#length && (this.#how[to] === ECHO || this.#how[to] === REDRAW)) to++;
    this.#emit(to, to > open);
    this.#trim();
  }

  /**
   * Puts text up to `to` out, with what stands between. `open`: what follows may belong to it, so that the end of what it ends with is not
   * known, and nothing of that is left readable.
   */
  #emit(to: number, open: boolean, cover = this.#cover): void {
    const spans = this.#spans();
    if (open && cover) this.#coverEnd(spans);
    let next = 0;
    let between = 0;
    let at = this.#sent;
    const betweenUpTo = (place: number): void => {
      for (; between < this.#between.length && this.#between[between]!.at <= place; between++) {
        const piece = this.#between[between]!;
        if ("bytes" in piece) {
          this.#out.append(piece.bytes, 0, piece.bytes.length);
          this.#betweenBytes -= piece.bytes.length;
        } else {
          this.#send();
          this.#sink.note(piece.note, this.#offset);
        }
      }
    };
    while (at < to) {
      betweenUpTo(at);
      while (next < spans.length && spans[next]!.end <= at) next++;
      const span = spans[next];
      const masked = span !== undefined && span.start <= at;
      // As far as it goes on in the same way.
      let stop = Math.min(to, masked ? span.end : (span?.start ?? to), this.#between[between]?.at ?? to);
      if (this.#how[at] !== SHOWN) stop = at + 1;
      else for (let i = at; i < stop; i++) if (this.#how[i] !== SHOWN) stop = i;
      if (this.#how[at] === GAP) {
        at = stop;
        continue;
      }
      if (masked && this.#how[at] !== ECHO) {
        const cut = span.start < this.#sent || (open && span.end >= to);
        drawMasked(this.#text, this.#length, span, cut, at, stop, this.#out);
      } else this.#out.append(this.#text, at, stop);
      at = stop;
    }
    betweenUpTo(to);
    this.#between.splice(0, between);
    this.#gone += Math.max(0, to - this.#sent);
    this.#sent = Math.max(this.#sent, to);
  }

  /** Adds what is not known yet, where it may be part of a number or an address. */
  #coverEnd(spans: Span[]): void {
    const start = Math.max(unfinishedFrom(this.#text, this.#length), spans.at(-1)?.end ?? 0);
    let digits = 0;
    let at = false;
    for (let i = start; i < this.#length; i++) {
      if (KINDS[this.#text[i]!] === DIGIT) digits++;
      else if (KINDS[this.#text[i]!] === AT) at = true;
    }
    if (digits > ISSUER_DIGITS || at) spans.push({ kind: "card", start, end: this.#length });
  }

  #spans(): Span[] {
    if (!mayHold(this.#text, 0, this.#length, this.#detectors)) return [];
    return findSpans(this.#text, 0, this.#length, this.#detectors);
  }

  /** Forgets text that nothing that comes can belong to. */
  #trim(): void {
    const keep = Math.min(Math.max(this.#undecidedFrom(), this.#length - CARRY_BYTES), this.#sent);
    if (keep === 0) return;
    this.#settledWidth += textWidth(this.#text, 0, keep);
    this.#text.copyWithin(0, keep, this.#length);
    this.#how.copyWithin(0, keep, this.#length);
    this.#length -= keep;
    this.#sent -= keep;
    this.#wrapped = Math.max(-1, this.#wrapped - keep);
    for (const piece of this.#between) piece.at -= keep;
  }

  /** Whether a sequence tells something that would be masked as text, also where it is encoded for an address. */
  #tells(bytes: Uint8Array, from: number, to: number): boolean {
    const said = new TextDecoder().decode(bytes.subarray(from, to));
    const plain = said.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    for (const form of [said, plain]) {
      const text = new TextEncoder().encode(form);
      if (mayHold(text, 0, text.length, this.#detectors) && findSpans(text, 0, text.length, this.#detectors).length > 0) return true;
    }
    return false;
  }

  #send(): void {
    if (this.#out.length === 0) return;
    const bytes = this.#out.take();
    this.#offset += bytes.length;
    this.#sink.bytes(bytes);
  }

  /** Sets the time for what is held; anew where what was held before has gone out. */
  #arm(anew: boolean): void {
    const held = this.#sent < this.#length || this.#partial.length > 0 || this.#between.length > 0;
    if (!held || anew) {
      this.#cancel?.();
      this.#cancel = undefined;
    }
    if (held && this.#cancel === undefined)
      this.#cancel = this.#clock.after(this.#holdMs, () => {
        this.#cancel = undefined;
        this.flush();
      });
  }
}

const SPACE = Uint8Array.of(0x20);
const LINK_END = new TextEncoder().encode("\u001b]8;;\u001b\\");
