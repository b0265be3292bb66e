import type { ShownOutput } from "@interlock/recording";
import { MaskedStream } from "@interlock/terminal";

/** How long after the last key what is typed counts as unfinished, in milliseconds: people who type a number go on sooner. */
const TYPING_MS = 1_500;
/** Longest time that what is being typed is held back from the recording, in milliseconds. */
const HOLD_MS = 10_000;
/** Longest time until what is held back is kept all the same, in milliseconds; storing it takes the rest of a second. */
const KEEP_MS = 600;

interface EchoOptions {
  columns: number;
  detectors: readonly string[];
  /** `shown`: when it was shown, as performance.now() says it; absent: now. */
  write: (bytes: Uint8Array, shown?: number) => void;
  /** What was written is to be stored now, and what is held with it. */
  keep: () => void;
}

/**
 * Masks for the recording what the driver types. On screens its echo is exempt, so that everybody sees what is typed as it is typed; a recording
 * is for later, so a number or an address is waited for until it is known, and what is not known in time is covered. Everything else goes
 * through as it is, and everything keeps the time at which it was shown. What is waited for is kept meanwhile, should the agent die.
 */
export class RecordedEcho {
  readonly #write: EchoOptions["write"];
  readonly #keep: EchoOptions["keep"];
  readonly #mask: MaskedStream<number>;
  readonly #masks: boolean;
  #shown: number | undefined;
  #typedAt = 0;
  #typing = false;
  /** Something was shown that the mask does not know. */
  #passed = false;
  #timer: NodeJS.Timeout | undefined;
  #keeping: NodeJS.Timeout | undefined;
  #columns: number;

  constructor({ columns, detectors, write, keep }: EchoOptions) {
    this.#columns = columns;
    this.#write = write;
    this.#keep = keep;
    this.#masks = detectors.length > 0;
    this.#mask = new MaskedStream<number>(
      { columns, detectors, holdMs: HOLD_MS, cover: true },
      { bytes: (bytes) => this.#write(bytes, this.#shown), note: (shown) => (this.#shown = shown) },
    );
  }

  typed(): void {
    if (!this.#masks) return;
    this.#typedAt = performance.now();
    if (this.#typing) return;
    this.#typing = true;
    // What was typed before goes on only where nothing was shown in between, and where the cursor stands is not known then.
    if (this.#passed) this.#mask.end();
    this.#passed = false;
    this.#mask.resize(this.#columns);
    this.#arm();
  }

  output(bytes: Uint8Array): void {
    if (!this.#typing) {
      this.#passed = true;
      return this.#write(bytes);
    }
    this.#mask.note(performance.now());
    this.#mask.push(bytes);
    this.#keeping ??= setTimeout(() => {
      this.#keeping = undefined;
      this.#keep();
    }, KEEP_MS).unref();
  }

  resize(columns: number): void {
    this.#columns = columns;
    this.#mask.resize(columns);
  }

  /** Everything that was shown is written now. */
  settle(): void {
    if (this.#typing) this.#mask.flush();
  }

  /** Nothing follows. */
  end(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#keeping);
    this.#typing = false;
    this.#mask.end();
  }

  /** What is held back, in the form that it would have if nothing followed. It will be written, in this form or another. */
  held(): ShownOutput[] {
    if (!this.#typing) return [];
    const held: ShownOutput[] = [];
    let at = this.#shown ?? performance.now();
    this.#mask.preview({ bytes: (bytes) => held.push({ bytes, shown: at }), note: (shown) => (at = shown) });
    return held;
  }

  #arm(): void {
    const left = this.#typedAt + TYPING_MS - performance.now();
    this.#timer = setTimeout(() => {
      if (performance.now() - this.#typedAt < TYPING_MS) return this.#arm();
      this.#typing = false;
      this.#mask.flush();
    }, left).unref();
  }
}
