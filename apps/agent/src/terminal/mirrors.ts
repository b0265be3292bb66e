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

/** The screens of all terminals, drawn by one thread off the way of the bytes. */
export class Mirrors {
  readonly #drained = new Map<string, () => void>();
  readonly #frames: KeyFrames;

  constructor(log: Log) {
    this.#frames = new KeyFrames({
      scrollback: TERMINAL_SCROLLBACK,
      drained: (id) => this.#drained.get(id)?.(),
      failed: (why, terminalId) => log.error({ why, terminalId }, "screens of terminals cannot be drawn for those who come later"),
    });
  }

  open(id: string, size: TerminalSize, drained: () => void): Mirror {
    this.#frames.open(id, size);
    this.#drained.set(id, drained);
    return {
      write: (bytes) => this.#frames.append(id, bytes),
      resize: (next, nextEvent) => this.#frames.resize(id, next, nextEvent),
      picture: async () => {
        const { offset, lines, columns, rows, screen, nextEvent } = await this.#frames.frame(id);
        return { offset, lines, columns, rows, bytes: screen, nextEvent };
      },
      close: () => {
        this.#drained.delete(id);
        this.#frames.close(id);
      },
    };
  }

  stop(): Promise<void> {
    return this.#frames.dispose();
  }
}
