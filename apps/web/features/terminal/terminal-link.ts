import {
  CLOSE,
  PROTOCOL_VERSION,
  readTerminalFrame,
  TERMINAL_INPUT_BYTES,
  writeTerminalFrame,
  type TerminalFrame,
} from "@interlock/protocol";
import { backOff } from "../room/back-off.ts";
import { createStore, type Store } from "../room/store.ts";
import type { TicketOutcome } from "../room/ticket.ts";

/** What draws. Each call is drawn before the next one; `drawn` is called once it is. */
export interface Screen {
  output(bytes: Uint8Array, drawn: () => void): void;
  /** Begins anew with a picture. */
  picture(columns: number, rows: number, bytes: Uint8Array, drawn: () => void): void;
  size(columns: number, rows: number): void;
}

/** The part of WebSocket that is used, so that tests can stand in for the network. */
export interface FrameSocket {
  binaryType: string;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: (() => void) | null;
}

export type LinkPhase = "connecting" | "live" | "reconnecting" | "over" | "refused";

export interface LinkState {
  phase: LinkPhase;
  /** Why it is being tried again, or was refused. */
  why?: string;
  /** Bytes of output that scrolled by unseen before the newest picture: they are in the recording. */
  missed?: number;
  /** Keys that were pressed and went nowhere. */
  lostKeys?: boolean;
}

export interface TerminalLinkOptions {
  terminalId: string;
  ticket: () => Promise<TicketOutcome>;
  open: (terminalId: string, ticket: string, version: number) => FrameSocket;
  random?: () => number;
}

/** Bytes that are drawn before it is said that they are; the agent waits for that when much is on its way. */
const TAKEN_EVERY = 128 * 1024;
/** What is drawn is said at last after this time, in milliseconds. */
const TAKEN_AFTER = 100;

/**
 * The browser's end of a terminal's socket. What is drawn next is what follows the last byte that was drawn, across reconnects; where bytes
 * are missing a picture takes their place, and that is said. Keys are not kept while there is no connection: a shell must not be sent what
 * somebody typed a minute ago.
 */
export class TerminalLink {
  readonly state: Store<LinkState> = createStore<LinkState>({ phase: "connecting" });
  readonly #options: TerminalLinkOptions;
  #screen: Screen | undefined;
  #socket: FrameSocket | undefined;
  /** Offset after the last byte handed to the screen; -1 before the first. */
  #offset = -1;
  #drawn = 0;
  #said = 0;
  #attempt = 0;
  /** Counts connections that were begun. */
  #attempts = 0;
  #disposed = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #saying: ReturnType<typeof setTimeout> | undefined;

  constructor(options: TerminalLinkOptions) {
    this.#options = options;
  }

  /** Draws on `screen` from now on; on another one than before, everything anew. */
  start(screen: Screen): void {
    this.#screen = screen;
    this.#offset = -1;
    clearTimeout(this.#retry);
    this.#drop();
    void this.#connect();
  }

  /** Sends what was typed, in pieces that the agent takes; false when it goes nowhere. */
  type(bytes: Uint8Array): boolean {
    if (this.state.get().phase !== "live") {
      this.state.update((state) => ({ ...state, lostKeys: true }));
      return false;
    }
    for (let at = 0; at < bytes.byteLength; at += TERMINAL_INPUT_BYTES)
      this.#send({ type: "input", bytes: bytes.subarray(at, at + TERMINAL_INPUT_BYTES) });
    return true;
  }

  resize(columns: number, rows: number): void {
    if (this.state.get().phase === "live") this.#send({ type: "resize", columns, rows });
  }

  retryNow(): void {
    if (this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    void this.#connect();
  }

  /** The person has read that something was missed. */
  forgive(): void {
    this.state.update(({ phase, why }) => ({ phase, ...(why === undefined ? {} : { why }) }));
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#saying);
    this.#drop();
  }

  async #connect(): Promise<void> {
    const attempt = ++this.#attempts;
    const ticket = await this.#options.ticket();
    // Begun anew meanwhile.
    if (this.#disposed || attempt !== this.#attempts) return;
    if (!ticket.ok) return ticket.signedOut ? this.#become({ phase: "refused", why: ticket.why }) : this.#again(ticket.why);
    const socket = this.#options.open(this.#options.terminalId, ticket.ticket, PROTOCOL_VERSION);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => {
      this.#send({ type: "begin", offset: this.#offset });
      this.#attempt = 0;
      this.#become({ phase: "live" });
    };
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    socket.onerror = () => undefined; // a close event follows and says more
  }

  #receive(data: unknown): void {
    const frame = data instanceof ArrayBuffer ? readTerminalFrame(new Uint8Array(data)) : undefined;
    const screen = this.#screen;
    if (frame === undefined || screen === undefined) return;
    switch (frame.type) {
      case "picture": {
        const missed = this.#offset >= 0 ? frame.offset - this.#offset : 0;
        this.#offset = frame.offset;
        screen.picture(frame.columns, frame.rows, frame.bytes, () => this.#took(frame.offset));
        if (missed > 0) this.state.update((state) => ({ ...state, missed: (state.missed ?? 0) + missed }));
        return;
      }
      case "output": {
        const end = frame.offset + frame.bytes.byteLength;
        if (this.#offset < 0) this.#offset = frame.offset;
        // A gap: asked for again from what is here, and answered with the bytes or with a picture.
        if (frame.offset > this.#offset) return this.#closed(0, "Some output did not arrive.");
        const bytes = frame.bytes.subarray(this.#offset - frame.offset);
        if (bytes.byteLength === 0) return;
        this.#offset = end;
        screen.output(bytes, () => this.#took(end));
        return;
      }
      case "size":
        screen.size(frame.columns, frame.rows);
        return;
      case "end":
        this.#become({ phase: "over" });
        return;
      case "begin":
      case "input":
      case "taken":
      case "resize":
        return;
    }
  }

  #took(offset: number): void {
    this.#drawn = Math.max(this.#drawn, offset);
    if (this.#drawn - this.#said >= TAKEN_EVERY) return this.#sayTaken();
    this.#saying ??= setTimeout(() => this.#sayTaken(), TAKEN_AFTER);
  }

  #sayTaken(): void {
    clearTimeout(this.#saying);
    this.#saying = undefined;
    this.#said = this.#drawn;
    this.#send({ type: "taken", offset: this.#drawn });
  }

  #send(frame: TerminalFrame): void {
    this.#socket?.send(writeTerminalFrame(frame) as Uint8Array<ArrayBuffer>);
  }

  #closed(code: number, reason: string): void {
    this.#drop();
    if (this.#disposed || this.state.get().phase === "over") return;
    if (code === CLOSE.forbidden || code === CLOSE.reload || code === CLOSE.unauthenticated)
      return this.#become({ phase: "refused", why: reason === "" ? "You may not look at this terminal." : reason });
    this.#again(reason === "" ? "The connection was lost." : reason);
  }

  #again(why: string): void {
    this.#become({ phase: "reconnecting", why });
    this.#retry = setTimeout(
      () => {
        this.#retry = undefined;
        void this.#connect();
      },
      backOff(this.#attempt++, this.#options.random),
    );
  }

  /** What was missed stays told until the person has read it. */
  #become(next: LinkState): void {
    this.state.update(({ missed, lostKeys }) => ({
      ...next,
      ...(missed === undefined ? {} : { missed }),
      ...(lostKeys === undefined ? {} : { lostKeys }),
    }));
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
