import { ByteBuilder } from "../byte-builder.ts";
import { C0_ALLOWED, C1_AS_ESC, CSI_RULES, ESC_ALLOWED } from "./allowed-sequences.ts";
import { safeCsi, usualSequence } from "./control-sequence.ts";
import { codePointAt, joinOf, ZERO_WIDTH_JOINER } from "./joined-characters.ts";
import { readOperatingCommand, type TerminalNote } from "./operating-command.ts";

/** Where what passed the filter goes, in its order. */
export interface FilterSink {
  /** Whole characters and whole sequences; the memory is not used again. */
  bytes(bytes: Uint8Array): void;
  note(note: TerminalNote): void;
  /** Something was left out. Told once for each kind and call of `push`, however often it happened in it. */
  dropped?(what: DroppedOutput, times: number): void;
}

export type DroppedOutput =
  /** A sequence that is not on the list. */
  | "sequence"
  /** One longer than its bound; characters that are joined to one cell, and repeats, beyond theirs. */
  | "overlong"
  /** A string (DCS, SOS, PM, APC), or an OSC that is not on the list, such as the clipboard. */
  | "string"
  | "bell"
  /** Bytes that are no UTF-8, each shown as U+FFFD. */
  | "invalid";

export interface FilterOptions {
  columns: number;
  rows: number;
  /** Milliseconds that only grow. */
  now?: () => number;
  /** Bells let through in a second. */
  bells?: number;
}

/** Longest OSC, in bytes; what comes beyond is dropped up to its end. */
const MOST_OSC = 2048;
/** Longest control sequence between its introducer and its final byte. */
const MOST_CSI = 256;
const BELLS = 4;
/** Most characters that are joined to one before them. Whoever draws keeps all that is in a cell: one without an end would take all memory. */
const MOST_JOINED = 32;
/**
 * A REP of a few bytes is a line of a screen: so many bytes of lines are written out at once, and so many more for each byte that comes. A program
 * that draws its whole screen by them needs less; what only multiplies its output is not let do so without end.
 */
const REPEATS = { most: 256 * 1024, each: 8 } as const;

const GROUND = 0;
const ESCAPE = 1;
const ESCAPE_INTERMEDIATE = 2;
const CSI = 3;
const CSI_IGNORE = 4;
const OSC = 5;
const OSC_IGNORE = 6;
/** DCS, SOS, PM and APC: nothing of them is kept. */
const STRING = 7;
type State = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

const ESC = 0x1b;
const BEL = 0x07;
const NOTHING = new Uint8Array(0);
const ASCII = Uint8Array.from({ length: 128 }, (_, code) => code);
const REPLACEMENT = new Uint8Array([0xef, 0xbf, 0xbd]);

/** 1 for what is printed as it stands: ASCII. 2 begins or continues UTF-8. 3 for LF, CR, HT and BS, which are printed too. */
const PLAIN = new Uint8Array(256).fill(1, 0x20, 0x7f).fill(2, 0x80);
for (const code of C0_ALLOWED) PLAIN[code] = 3;

/**
 * Lets through what a terminal's output may say to those who look at it: printable text, and the sequences of `allowed-sequences.ts`. A
 * streaming parser after the VT500 state machine (Paul Williams, vt100.net/emu/dec_ansi_parser), over code points: C1 controls count when they
 * are encoded as UTF-8, a raw byte 0x80–0x9F is no UTF-8 and shown as U+FFFD, as xterm does. What comes out is valid UTF-8, has sequences in
 * their 7-bit form only, and is the same however the input was cut. Holds back at most one unfinished character or sequence.
 *
 * One state machine on the way of every byte: its parts share its fields and stand in one file, the tables beside it.
 */
export class OutputFilter {
  readonly #sink: FilterSink;
  readonly #now: () => number;
  readonly #bells: number;
  #columns: number;
  #rows: number;
  #state: State = GROUND;
  /** Text of the sequence so far, from behind its introducer. */
  #collected = new ByteBuilder(64);
  /** Bytes of an unfinished character, and how many more it wants. */
  readonly #character = new Uint8Array(4);
  #characterLength = 0;
  #characterWants = 0;
  /** The character printed last, for REP; none after anything else. */
  #printed: Uint8Array = NOTHING;
  /** Bytes that REP may still write out. */
  #repeats: number = REPEATS.most;
  /** Characters that were joined to the one before them, and whether the next one is. */
  #joined = 0;
  #joinsNext: "any" | "leading" | undefined;
  /** Where the last sequence in the run that is being passed ends. */
  #behindSequence = 0;
  #bellTimes: number[] = [];
  readonly #out = new ByteBuilder(4096);
  readonly #dropped = new Map<DroppedOutput, number>();

  constructor(options: FilterOptions, sink: FilterSink) {
    this.#sink = sink;
    this.#columns = options.columns;
    this.#rows = options.rows;
    this.#now = options.now ?? (() => performance.now());
    this.#bells = options.bells ?? BELLS;
  }

  /** Counts in sequences are cut to the screen: `CSI 2147483647 L` would keep every browser busy for minutes. */
  resize(columns: number, rows: number): void {
    this.#columns = columns;
    this.#rows = rows;
  }

  push(input: Uint8Array): void {
    let at = 0;
    /** Where what is passed on as it stands begins; -1 where nothing is. */
    let run = -1;
    const end = input.length;
    while (at < end) {
      if (this.#state === GROUND && this.#characterLength === 0 && this.#joinsNext === undefined) {
        const from = at;
        at = this.#plainEnd(input, at);
        if (at > from) {
          this.#came(at - from);
          if (run < 0) run = from;
          if (at === end) break;
        }
      }
      if (run >= 0) {
        this.#passRun(input, run, at);
        run = -1;
      }
      const before = at;
      at = this.#step(input, at);
      this.#came(at - before);
    }
    if (run >= 0) this.#passRun(input, run, at);
    this.#send();
    for (const [what, times] of this.#dropped) this.#sink.dropped?.(what, times);
    this.#dropped.clear();
  }

  /** The output is over: an unfinished character is shown as U+FFFD, an unfinished sequence is dropped. */
  end(): void {
    if (this.#characterLength > 0) this.#invalid();
    this.#state = GROUND;
    this.#collected.clear();
    this.push(NOTHING);
  }

  /**
   * End of what begins at `from` and passes as it stands: ASCII, line ends and tabs, whole valid UTF-8 but C1 and what joins another character,
   * and the sequences that programs write most.
   */
  #plainEnd(bytes: Uint8Array, from: number): number {
    const end = bytes.length;
    let at = from;
    for (;;) {
      while (at < end && (PLAIN[bytes[at]!]! & 1) === 1) at++;
      if (at === end) return at;
      const sequence = bytes[at] === ESC;
      const length = sequence ? usualSequence(bytes, at, end) : PLAIN[bytes[at]!] === 2 ? characterAt(bytes, at, end) : 0;
      if (length === 0 || (!sequence && joinOf(codePointAt(bytes, at, length)) !== "none")) return at;
      at += length;
      if (sequence) this.#behindSequence = at;
    }
  }

  #passRun(input: Uint8Array, from: number, to: number): void {
    // Where nothing is waiting to go out before it the bytes themselves go on; nobody changes them.
    if (this.#out.length === 0 && to - from >= 256) this.#sink.bytes(input.subarray(from, to));
    else this.#out.append(input, from, to);
    const last = lastCharacter(input, Math.max(from, this.#behindSequence), to);
    this.#behindSequence = 0;
    this.#printed = last >= 0 ? input.slice(last, to) : NOTHING;
    this.#apart();
  }

  #came(bytes: number): void {
    this.#repeats = Math.min(REPEATS.most, this.#repeats + REPEATS.each * bytes);
  }

  #send(): void {
    if (this.#out.length > 0) this.#sink.bytes(this.#out.take());
  }

  #note(note: TerminalNote): void {
    this.#send();
    this.#sink.note(note);
  }

  #drop(what: DroppedOutput, times = 1): void {
    this.#dropped.set(what, (this.#dropped.get(what) ?? 0) + times);
  }

  /** Takes one byte that is not plain text in the ground state, or is part of a sequence or a character. Returns the place behind it. */
  #step(input: Uint8Array, at: number): number {
    const byte = input[at]!;
    if (this.#characterLength > 0) {
      if (byte < this.#least() || byte > this.#greatest()) {
        // The byte begins anew: it may be an ESC.
        this.#invalid();
        return at;
      }
      this.#character[this.#characterLength++] = byte;
      if (--this.#characterWants === 0) this.#whole();
      return at + 1;
    }
    if (byte < 0x80) {
      this.#code(byte);
      return at + 1;
    }
    this.#characterWants = byte >= 0xc2 && byte <= 0xdf ? 1 : (byte & 0xf0) === 0xe0 ? 2 : byte >= 0xf0 && byte <= 0xf4 ? 3 : 0;
    if (this.#characterWants === 0) {
      this.#characterLength = 0;
      this.#invalid();
    } else {
      this.#character[0] = byte;
      this.#characterLength = 1;
    }
    return at + 1;
  }

  /** Bounds of the next byte of the character; the second byte rules out overlong forms, surrogates and what is beyond U+10FFFF. */
  #least(): number {
    const first = this.#character[0]!;
    return this.#characterLength > 1 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  }

  #greatest(): number {
    const first = this.#character[0]!;
    return this.#characterLength > 1 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  }

  #invalid(): void {
    this.#characterLength = 0;
    this.#characterWants = 0;
    this.#drop("invalid");
    this.#characters(REPLACEMENT);
  }

  #whole(): void {
    const length = this.#characterLength;
    this.#characterLength = 0;
    if (length === 2 && this.#character[0] === 0xc2 && this.#character[1]! < 0xa0) this.#c1(this.#character[1]!);
    else this.#characters(this.#character.slice(0, length));
  }

  /** A character beyond ASCII. */
  #characters(bytes: Uint8Array): void {
    switch (this.#state) {
      case GROUND:
        this.#print(bytes);
        return;
      case OSC:
        this.#collect(bytes);
        return;
      case OSC_IGNORE:
      case STRING:
        return;
      case ESCAPE:
      case ESCAPE_INTERMEDIATE:
      case CSI:
      case CSI_IGNORE:
        // No part of a sequence: it is broken off, and the character shown.
        this.#abandon();
        this.#characters(bytes);
    }
  }

  #print(bytes: Uint8Array): void {
    const code = codePointAt(bytes, 0, bytes.length);
    const join = joinOf(code);
    const joins = join === "joins" || this.#joinsNext === "any" || (join === "leading" && this.#joinsNext === "leading");
    if (!joins) this.#joined = 0;
    // A joiner is not let through as the last one: what follows it would be joined all the same.
    else if (++this.#joined > (code === ZERO_WIDTH_JOINER ? MOST_JOINED - 1 : MOST_JOINED)) {
      this.#drop("overlong");
      return;
    }
    this.#joinsNext = code === ZERO_WIDTH_JOINER ? "any" : join === "leading" ? "leading" : undefined;
    this.#out.append(bytes, 0, bytes.length);
    // Nothing that joins is repeated, which would be a cell without an end again.
    this.#printed = joins || join !== "none" ? NOTHING : bytes;
  }

  /** Nothing joins what was printed before. */
  #apart(): void {
    this.#joined = 0;
    this.#joinsNext = undefined;
  }

  #collect(bytes: Uint8Array): void {
    if (this.#collected.length + bytes.length > MOST_OSC) {
      this.#drop("overlong");
      this.#collected.clear();
      this.#state = OSC_IGNORE;
    } else this.#collected.append(bytes, 0, bytes.length);
  }

  #abandon(): void {
    if (this.#state !== GROUND)
      this.#drop(this.#state === STRING || this.#state === OSC || this.#state === OSC_IGNORE ? "string" : "sequence");
    this.#state = GROUND;
    this.#collected.clear();
  }

  #begin(state: State): void {
    this.#state = state;
    this.#collected.clear();
  }

  #c1(code: number): void {
    if (code === 0x9c) {
      this.#stringEnd();
      return;
    }
    if (this.#state !== GROUND) this.#abandon();
    const same = C1_AS_ESC.get(code);
    if (same !== undefined) this.#sequence(`\u001b${same}`);
    else if (code === 0x9b) this.#begin(CSI);
    else if (code === 0x9d) this.#begin(OSC);
    else if (code === 0x90 || code === 0x98 || code === 0x9e || code === 0x9f) this.#begin(STRING);
    else this.#drop("sequence");
  }

  /** ST, or the BEL that ends an OSC. */
  #stringEnd(): void {
    const state = this.#state;
    this.#state = GROUND;
    if (state === OSC) this.#operatingCommand();
    else if (state === STRING) this.#drop("string");
    else if (state === CSI || state === CSI_IGNORE || state === ESCAPE || state === ESCAPE_INTERMEDIATE) this.#drop("sequence");
    this.#collected.clear();
  }

  #operatingCommand(): void {
    const command = readOperatingCommand(this.#collected.text());
    if (command.kind === "pass") this.#sequence(command.text);
    else if (command.kind === "note") this.#note(command.note);
    else this.#drop("string");
  }

  #sequence(text: string): void {
    this.#out.appendLatin1(text);
    this.#printed = NOTHING;
    this.#apart();
  }

  /** An ASCII byte outside plain text. */
  #code(code: number): void {
    if (code === ESC) {
      // An OSC may end with ESC \; what it holds is decided there. Anything else is broken off.
      if (this.#state === OSC) this.#stringEnd();
      else if (this.#state !== GROUND) {
        if (this.#state !== OSC_IGNORE) this.#abandon();
      }
      this.#begin(ESCAPE);
      return;
    }
    if (code === 0x18 || code === 0x1a) {
      if (this.#state !== GROUND) this.#abandon();
      return;
    }
    switch (this.#state) {
      case GROUND:
        if (code === BEL) this.#bell();
        else if (C0_ALLOWED.has(code) || (code >= 0x20 && code < 0x7f)) {
          this.#out.byte(code);
          this.#printed = code >= 0x20 ? ASCII.subarray(code, code + 1) : NOTHING;
          this.#apart();
        }
        return;
      case OSC:
        if (code === BEL) this.#stringEnd();
        else if (code >= 0x20) this.#collect(ASCII.subarray(code, code + 1));
        return;
      case OSC_IGNORE:
        if (code === BEL) this.#begin(GROUND);
        return;
      case STRING:
        return;
      case ESCAPE:
      case ESCAPE_INTERMEDIATE:
      case CSI:
      case CSI_IGNORE:
        if (code < 0x20) {
          // A control inside a sequence takes effect at once, as on a VT500.
          if (code === BEL) this.#bell();
          else if (C0_ALLOWED.has(code)) {
            this.#out.byte(code);
            this.#apart();
          }
        } else if (code < 0x7f) this.#sequenceByte(code);
    }
  }

  #sequenceByte(code: number): void {
    if (this.#state === ESCAPE) {
      if (code === 0x5b) this.#begin(CSI);
      else if (code === 0x5d) this.#begin(OSC);
      else if (code === 0x50 || code === 0x58 || code === 0x5e || code === 0x5f) this.#begin(STRING);
      else this.#escapeByte(code);
    } else if (this.#state === ESCAPE_INTERMEDIATE) this.#escapeByte(code);
    else if (this.#state === CSI_IGNORE) {
      if (code >= 0x40) this.#begin(GROUND);
    } else if (code >= 0x40) {
      this.#state = GROUND;
      this.#csi(String.fromCharCode(code));
    } else if (this.#collected.length >= MOST_CSI) {
      this.#drop("overlong");
      this.#begin(CSI_IGNORE);
    } else this.#collected.byte(code);
  }

  #escapeByte(code: number): void {
    if (code < 0x30) {
      this.#state = ESCAPE_INTERMEDIATE;
      // Longer ones are on no list, so what is beyond need not be kept.
      if (this.#collected.length < 4) this.#collected.byte(code);
      return;
    }
    const name = this.#collected.text() + String.fromCharCode(code);
    this.#begin(GROUND);
    if (ESC_ALLOWED.has(name)) this.#sequence(`\u001b${name}`);
    // ESC \ ends a string that is over already.
    else if (name !== "\\") this.#drop("sequence");
  }

  #csi(final: string): void {
    const said = this.#collected.text();
    this.#collected.clear();
    const safe = safeCsi(said, final, CSI_RULES, { columns: this.#columns, rows: this.#rows });
    if (safe === undefined) this.#drop("sequence");
    else if (typeof safe === "string") {
      this.#sequence(safe);
      return;
    } else this.#repeat(safe.repeat);
  }

  /** Once: behind a REP stands a sequence, and what another one would repeat is not defined (ECMA-48, 8.3.103). */
  #repeat(times: number): void {
    const bytes = times * this.#printed.length;
    if (bytes > this.#repeats) this.#drop("overlong");
    else for (let i = 0; i < times; i++) this.#out.append(this.#printed, 0, this.#printed.length);
    if (bytes <= this.#repeats) this.#repeats -= bytes;
    this.#printed = NOTHING;
  }

  #bell(): void {
    const now = this.#now();
    this.#bellTimes = this.#bellTimes.filter((time) => now - time < 1000);
    if (this.#bellTimes.length >= this.#bells) this.#drop("bell");
    else {
      this.#bellTimes.push(now);
      this.#out.byte(BEL);
      this.#printed = NOTHING;
      this.#apart();
    }
  }
}

/** Bytes of the character at `at`; 0 where it is not whole and valid, or a C1 control. */
function characterAt(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  const second = bytes[at + 1]!;
  if (first < 0xc2 || at + 1 >= end || (second & 0xc0) !== 0x80) return 0;
  if (first < 0xe0) return first === 0xc2 && second < 0xa0 ? 0 : 2;
  if (at + 2 >= end || (bytes[at + 2]! & 0xc0) !== 0x80) return 0;
  if (first < 0xf0) return (first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f) ? 0 : 3;
  if (at + 3 >= end || (bytes[at + 3]! & 0xc0) !== 0x80 || first > 0xf4) return 0;
  return (first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f) ? 0 : 4;
}

/** Where the last character of a run of plain text begins; -1 where the run ends with a control. */
function lastCharacter(bytes: Uint8Array, from: number, to: number): number {
  let at = to - 1;
  if (at < from || bytes[at]! < 0x20) return -1;
  while (at > from && (bytes[at]! & 0xc0) === 0x80) at--;
  return at;
}
