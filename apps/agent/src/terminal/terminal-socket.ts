import {
  CLOSE,
  problem,
  readTerminalFrame,
  TERMINAL_FRAME,
  TERMINAL_INPUT_BYTES,
  TerminalSize,
  writeTerminalFrame,
  type ErrorCode,
  type Outcome,
  type TerminalFrame,
} from "@interlock/protocol";
import type { LiveSocket } from "../door/live-socket.ts";
import type { Gesture } from "./gestures.ts";

/** A page that draws much says often that it has, and asks for nothing by it. */
const TAKEN_COST = 0.1;
/** How long one word about what is refused is enough, in milliseconds. */
const TOLD_MS = 5_000;
/** How long a slow line may take for the last screen of a terminal that has ended, in milliseconds. */
const LAST_MS = 30_000;

/** Somebody's page, as a terminal sees it. */
export interface TerminalPeer {
  readonly userId: string;
  send(frame: TerminalFrame): void;
  end(code: number, reason: ErrorCode): void;
}

/** A terminal, as a page sees it. */
export interface TerminalPort {
  /**
   * The page has everything up to `offset`, -1 for nothing: it is sent what follows, or a picture. Called once, first. `page`: the same number for
   * one that comes again, 0 for none.
   */
  begin(peer: TerminalPeer, offset: number, page: number): void;
  input(peer: TerminalPeer, bytes: Uint8Array): Outcome<void>;
  taken(peer: TerminalPeer, offset: number): void;
  resize(peer: TerminalPeer, size: TerminalSize): Outcome<void>;
  /** What its person points at or has scrolled to, for the others. */
  gesture(peer: TerminalPeer, gesture: Gesture): Outcome<void>;
}

const writtenFrames = new WeakMap<TerminalFrame, Uint8Array>();

/** What goes to many pages, one after the other, is written once. */
function written(frame: TerminalFrame): Uint8Array {
  let data = writtenFrames.get(frame);
  if (data === undefined) writtenFrames.set(frame, (data = writeTerminalFrame(frame)));
  return data;
}

/** One page at one terminal: reads frames, and answers what is refused. */
export class TerminalSocket implements TerminalPeer {
  readonly #socket: LiveSocket;
  readonly #terminal: TerminalPort;
  #begun = false;
  /** The refusal that was told last, and when: keys come fast, and one word about them now and then is enough. */
  #told: { code: ErrorCode; at: number } | undefined;

  constructor(socket: LiveSocket, terminal: TerminalPort) {
    this.#socket = socket;
    this.#terminal = terminal;
    socket.onMessage(
      (data, binary) => this.#receive(data, binary),
      (data) => (data[0] === TERMINAL_FRAME.taken ? TAKEN_COST : 1),
    );
  }

  get userId(): string {
    return this.#socket.principal.id;
  }

  send(frame: TerminalFrame): void {
    const data = written(frame);
    // A picture's size is the screen's, not the reader's fault.
    if (frame.type === "picture") this.#socket.sendLarge(data);
    else this.#socket.send(data);
  }

  end(code: number, reason: ErrorCode): void {
    if (code === CLOSE.ended) this.#socket.end(code, reason, LAST_MS);
    else this.#socket.end(code, reason);
  }

  #receive(data: Buffer, binary: boolean): void {
    const frame = binary ? readTerminalFrame(data) : undefined;
    if (frame === undefined || !this.#take(frame)) this.#socket.end(CLOSE.malformed, "malformed_frame" satisfies ErrorCode);
  }

  /** False when the frame is not one that a page sends now. */
  #take(frame: TerminalFrame): boolean {
    if (frame.type === "begin") {
      if (this.#begun) return false;
      this.#begun = true;
      this.#terminal.begin(this, frame.offset, frame.page);
      return true;
    }
    if (!this.#begun) return false;
    switch (frame.type) {
      case "input":
        if (frame.bytes.byteLength > TERMINAL_INPUT_BYTES) return false;
        // A copy: the frame's memory is shared with frames around it, and input may wait.
        return this.#answer(this.#terminal.input(this, frame.bytes.slice()));
      case "taken":
        this.#terminal.taken(this, frame.offset);
        return true;
      case "resize": {
        const size = TerminalSize.safeParse(frame);
        return size.success && this.#answer(this.#terminal.resize(this, size.data));
      }
      case "point":
      case "view":
        return this.#answer(this.#terminal.gesture(this, frame));
      case "output":
      case "picture":
      case "size":
      case "end":
      case "pointed":
      case "viewed":
        return false;
    }
  }

  #answer(outcome: Outcome<void>): true {
    const now = performance.now();
    if (outcome.ok) this.#told = undefined;
    else if (outcome.code !== this.#told?.code || now - this.#told.at >= TOLD_MS) {
      this.#told = { code: outcome.code, at: now };
      this.#socket.send(JSON.stringify(problem(outcome.code, outcome.detail)));
    }
    return true;
  }
}
