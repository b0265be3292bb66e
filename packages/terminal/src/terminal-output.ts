import { maskWords } from "@interlock/masking";
import { CLOCK } from "./clock.ts";
import type { TerminalNote } from "./filter/operating-command.ts";
import { OutputFilter, type DroppedOutput, type FilterOptions } from "./filter/output-filter.ts";
import { MaskedStream, type MaskOptions } from "./mask/masked-stream.ts";

export interface TerminalOutputOptions extends Omit<FilterOptions, "now">, Omit<MaskOptions, "columns"> {}

/** Where what people may see goes: to the ring, the recorder, the key frames and the browsers, in this order of things. */
export interface TerminalOutputSink<Event> {
  /** `offset`: bytes before these. */
  bytes(bytes: Uint8Array, offset: number): void;
  /** What the program said about itself, masked like its output, or what `event` was told, at its place. */
  note(note: TerminalNote | Event, offset: number): void;
  /** The same, raw and at once, before what came before it is through the mask. What is put in as an event then has the note's place. */
  told?(note: TerminalNote): void;
  dropped?(what: DroppedOutput, times: number): void;
}

/**
 * The way of a terminal's output from its channel to those who look at it: what may pass, then masked. Offsets count what comes out. Events of
 * its owner (a resize, who drives) keep their place among the bytes.
 */
export class TerminalOutput<Event = never> {
  readonly #filter: OutputFilter;
  readonly #mask: MaskedStream<TerminalNote | Event>;

  constructor(options: TerminalOutputOptions, sink: TerminalOutputSink<Event>) {
    const { detectors, clock = CLOCK } = options;
    const masks = detectors === undefined || detectors.length > 0;
    this.#mask = new MaskedStream<TerminalNote | Event>(
      { ...options, clock },
      {
        bytes: (bytes) => sink.bytes(bytes, this.#mask.offset - bytes.length),
        note: (note, offset) => sink.note(note, offset),
      },
    );
    this.#filter = new OutputFilter(
      { ...options, now: () => clock.now() },
      {
        bytes: (bytes) => this.#mask.push(bytes),
        note: (note) => {
          sink.told?.(note);
          // Between the shell and the agent; nobody else is told.
          if (note.kind !== "word") this.#mask.note(masks ? maskedNote(note) : note);
        },
        dropped: (what, times) => sink.dropped?.(what, times),
      },
    );
  }

  /** Bytes that came out so far. */
  get offset(): number {
    return this.#mask.offset;
  }

  /** Output of the channel; its memory is not used again. */
  push(bytes: Uint8Array): void {
    this.#filter.push(bytes);
  }

  /** What the driver typed, when it is sent to the channel, so that its echo is known. */
  typed(bytes: Uint8Array): void {
    this.#mask.echoed(bytes);
  }

  event(event: Event): void {
    this.#mask.note(event);
  }

  /** The screen has another size from here on; `event` tells it where it has its place. */
  resize(columns: number, rows: number, event: Event): void {
    this.#mask.note(event);
    this.#filter.resize(columns, rows);
    this.#mask.resize(columns);
  }

  /** The channel has ended: everything that is held goes out. */
  end(): void {
    this.#filter.end();
    this.#mask.end();
  }
}

/** What a program says about itself can hold what its output would be masked for. */
function maskedNote(note: Exclude<TerminalNote, { kind: "word" }>): TerminalNote {
  switch (note.kind) {
    case "title":
      return { kind: "title", title: maskWords(note.title) };
    case "folder":
      return { ...note, path: maskWords(note.path) };
    case "mark":
      return note.mark.kind === "command" ? { kind: "mark", mark: { ...note.mark, text: maskWords(note.mark.text) } } : note;
  }
}
