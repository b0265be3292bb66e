import type { TerminalSize } from "@interlock/protocol";
import { TERMINAL_SCROLLBACK } from "@interlock/protocol";
import { KeyFrames } from "@interlock/terminal";
import type { Log } from "../log.ts";
import type { Picture } from "./viewers.ts";

/** A terminal's screen as browsers have it, kept for those who come later. */
export interface Mirror {
  /** False where the target should wait until `drained`: drawing is too far behind. */
  write(bytes: Uint8Array): boolean;
  /** `nextEvent`: number of the event after this one. */
  resize(size: TerminalSize, nextEvent: number): void;
  /** As it is once everything written so far is drawn. */
  picture(): Promise<Picture>;
  close(): void;
}

/**
 * The screens of all terminals, drawn by one thread off the way of the bytes. Where that thread fails, screens of terminals that are open went
 * with it; those that are opened afterwards have another one.
 */
export class Mirrors {
  readonly #drained = new Map<string, () => void>();
  readonly #log: Log;
  readonly #threads = new Set<KeyFrames>();
  /** Undefined where the last one failed. */
  #newest: KeyFrames | undefined;

  constructor(log: Log) {
    this.#log = log;
    // Begun before anybody waits for it.
    this.#newest = this.#begin();
  }

  open(id: string, size: TerminalSize, drained: () => void): Mirror {
    const frames = (this.#newest ??= this.#begin());
    frames.open(id, size);
    this.#drained.set(id, drained);
    return {
      write: (bytes) => frames.append(id, bytes),
      resize: (next, nextEvent) => frames.resize(id, next, nextEvent),
      picture: async () => {
        const { offset, lines, columns, rows, screen, nextEvent } = await frames.frame(id);
        return { offset, lines, columns, rows, bytes: screen, nextEvent };
      },
      close: () => {
        this.#drained.delete(id);
        frames.close(id);
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#threads].map((frames) => frames.dispose()));
  }

  #begin(): KeyFrames {
    const frames = new KeyFrames({
      scrollback: TERMINAL_SCROLLBACK,
      drained: (id) => this.#drained.get(id)?.(),
      failed: (why, terminalId) => {
        this.#log.error({ why, terminalId }, "screens of terminals cannot be drawn for those who come later");
        if (terminalId !== undefined) return;
        this.#threads.delete(frames);
        if (this.#newest === frames) this.#newest = undefined;
      },
    });
    this.#threads.add(frames);
    return frames;
  }
}
