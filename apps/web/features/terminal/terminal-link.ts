import {
  TERMINAL_TAKEN,
  CLOSE,
  type ErrorCode,
  ERRORS,
  Problem,
  PROTOCOL_VERSION,
  readTerminalFrame,
  TERMINAL_INPUT_BYTES,
  writeTerminalFrame,
  type TerminalFrame,
  type TerminalSpan,
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

export interface Missed {
  bytes: number;
  lines: number;
  /** Milliseconds since the last byte that was seen. */
  ms: number;
}

/** What somebody else does at this terminal. */
export type Gesture = Extract<TerminalFrame, { type: "pointed" | "viewed" }>;

export interface LinkState {
  phase: LinkPhase;
  /** Why it is being tried again, or was refused. */
  why?: string;
  /** Output that went by unseen before the newest picture: it is in the recording. */
  missed?: Missed;
  /** Milliseconds that one was away, where all that was shown meanwhile has come after all. */
  away?: number;
  /** Keys were pressed and went nowhere; why, where that is not that there was no connection. */
  lostKeys?: true | string;
  /** Keys were pressed just before the connection broke, and nothing came after them: they may have arrived. */
  unsureKeys?: boolean;
}

export interface TerminalLinkOptions {
  terminalId: string;
  ticket: () => Promise<TicketOutcome>;
  open: (terminalId: string, ticket: string, version: number) => FrameSocket;
  random?: () => number;
  now?: () => number;
}

/** Shorter absences than this, in milliseconds, are not worth a word where nothing was missed. */
const NOTICED = 2_000;
/** A connection that says nothing any more is noticed within this time, in milliseconds: keys that are older have arrived. */
const SILENT = 20_000;

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
  /** That of the screen before this one, kept until there is another: whoever is at a terminal has not gone while it is drawn elsewhere. */
  #before: FrameSocket | undefined;
  readonly #onDrawn = new Set<(offset: number, anew: boolean) => void>();
  readonly #onGesture = new Set<(gesture: Gesture) => void>();
  /** Offset after the last byte handed to the screen; -1 before the first. */
  #offset = -1;
  /** Line feeds before that offset. */
  #lines = 0;
  /** When something came last, and since when there is no connection. */
  #heard = 0;
  /** When something was typed last. */
  #typedAt = -Infinity;
  /** The same for all connections of this page, so that the agent takes nothing from an earlier one once there is another. */
  readonly #page = randomNumber();
  #goneAt: number | undefined;
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
    const socket = this.#silenced();
    // One that has not opened yet is nobody's presence.
    if (this.#before === undefined) this.#before = socket;
    else socket?.close();
    // Until there is a socket again keys and sizes go nowhere, and whoever sends them has to know.
    this.#become({ phase: "connecting" });
    void this.#connect();
  }

  /** Calls `listener` once everything up to an offset is drawn and nothing after it; `anew`: by a picture. */
  onDrawn(listener: (offset: number, anew: boolean) => void): () => void {
    this.#onDrawn.add(listener);
    return () => void this.#onDrawn.delete(listener);
  }

  onGesture(listener: (gesture: Gesture) => void): () => void {
    this.#onGesture.add(listener);
    return () => void this.#onGesture.delete(listener);
  }

  /** Shows the others some cells of the screen as it was drawn up to `offset`. */
  point(offset: number, span: TerminalSpan): void {
    if (this.state.get().phase === "live") this.#send({ type: "point", offset, span });
  }

  /** Tells the others where this person has scrolled to. */
  view(offset: number, row: number): void {
    if (this.state.get().phase === "live") this.#send({ type: "view", offset, row });
  }

  /** Sends what was typed, in pieces that the agent takes; false when it goes nowhere. */
  type(bytes: Uint8Array): boolean {
    if (this.state.get().phase !== "live") {
      this.state.update((state) => ({ ...state, lostKeys: true }));
      return false;
    }
    this.#typedAt = this.#now();
    for (let at = 0; at < bytes.byteLength; at += TERMINAL_INPUT_BYTES)
      this.#send({ type: "input", bytes: bytes.subarray(at, at + TERMINAL_INPUT_BYTES) });
    return true;
  }

  resize(columns: number, rows: number): void {
    if (this.state.get().phase === "live") this.#send({ type: "resize", columns, rows });
  }

  /** The way to the agent seems to be broken: it is tried anew, and goes on where it was. */
  suspect(): void {
    if (this.state.get().phase === "live") this.#closed(0, "");
  }

  retryNow(): void {
    if (this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    void this.#connect();
  }

  /** The person has read that something was missed. */
  forgive(): void {
    this.state.update(({ missed: _missed, away: _away, lostKeys: _lostKeys, unsureKeys: _unsureKeys, ...state }) => state);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#saying);
    this.#drop();
    this.#leave();
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
      this.#send({ type: "begin", offset: this.#offset, page: this.#page });
      this.#attempt = 0;
      this.#become({ phase: "live" });
      const away = this.#goneAt === undefined || this.#offset < 0 ? 0 : this.#now() - this.#goneAt;
      this.#goneAt = undefined;
      if (away >= NOTICED) this.state.update((state) => ({ ...state, away }));
    };
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    socket.onerror = () => undefined; // a close event follows and says more
  }

  #receive(data: unknown): void {
    if (typeof data === "string") return this.#refused(data);
    const frame = data instanceof ArrayBuffer ? readTerminalFrame(new Uint8Array(data)) : undefined;
    const screen = this.#screen;
    if (frame === undefined || screen === undefined) return;
    // Only now it is sure that the agent knows of this one.
    this.#leave();
    switch (frame.type) {
      case "picture": {
        this.#miss(frame.offset, frame.lines);
        this.#offset = frame.offset;
        this.#lines = frame.lines;
        this.#heard = this.#now();
        screen.picture(frame.columns, frame.rows, frame.bytes, () => this.#took(frame.offset, true));
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
        this.#lines += lineFeeds(bytes);
        this.#heard = this.#now();
        screen.output(bytes, () => this.#took(end));
        return;
      }
      case "size":
        screen.size(frame.columns, frame.rows);
        return;
      case "end":
        // What came before it was sent; where it did not come, that is said.
        this.#miss(frame.offset, this.#lines);
        this.#become({ phase: "over" });
        return;
      case "pointed":
      case "viewed":
        for (const listener of this.#onGesture) listener(frame);
        return;
      case "begin":
      case "input":
      case "taken":
      case "resize":
      case "point":
      case "view":
        return;
    }
  }

  /** Mostly one does not drive any more, which the room tells; keys that were too many go nowhere without another word. */
  #refused(text: string): void {
    const said = Problem.safeParse(JSON.parse(text));
    const { code, detail } = said.data ?? {};
    if (code === "too_large") this.state.update((state) => ({ ...state, lostKeys: detail ?? true }));
  }

  /** What a picture stands for and was not drawn. */
  #miss(offset: number, lines: number): void {
    if (this.#offset < 0 || offset <= this.#offset) return;
    const [bytes, feeds, ms] = [offset - this.#offset, Math.max(0, lines - this.#lines), this.#now() - this.#heard];
    this.state.update(({ missed, away: _nothingMissed, ...state }) => ({
      ...state,
      missed: { bytes: (missed?.bytes ?? 0) + bytes, lines: (missed?.lines ?? 0) + feeds, ms: (missed?.ms ?? 0) + ms },
    }));
  }

  #now(): number {
    return this.#options.now?.() ?? performance.now();
  }

  #took(offset: number, anew = false): void {
    for (const listener of this.#onDrawn) listener(offset, anew);
    this.#drawn = Math.max(this.#drawn, offset);
    if (this.#drawn - this.#said >= TERMINAL_TAKEN.bytes) return this.#sayTaken();
    this.#saying ??= setTimeout(() => this.#sayTaken(), TERMINAL_TAKEN.afterMs);
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
    this.#leave();
    if (this.#disposed || this.state.get().phase === "over") return;
    this.#goneAt ??= this.#now();
    if (this.#typedAt > this.#heard && this.#now() - this.#typedAt < SILENT) this.state.update((state) => ({ ...state, unsureKeys: true }));
    this.#typedAt = -Infinity;
    if (code === CLOSE.forbidden || code === CLOSE.reload || code === CLOSE.unauthenticated)
      return this.#become({ phase: "refused", why: told(reason, "You may not look at this terminal.") });
    this.#again(told(reason, "The connection was lost."));
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
    this.state.update(({ missed, away, lostKeys, unsureKeys }) => ({
      ...next,
      ...(away === undefined ? {} : { away }),
      ...(missed === undefined ? {} : { missed }),
      ...(lostKeys === undefined ? {} : { lostKeys }),
      ...(unsureKeys === undefined ? {} : { unsureKeys }),
    }));
  }

  #drop(): void {
    this.#silenced()?.close();
  }

  #leave(): void {
    this.#before?.close();
    this.#before = undefined;
  }

  /** The socket, of which nothing is heard any more. */
  #silenced(): FrameSocket | undefined {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) socket.onopen = socket.onmessage = socket.onclose = null;
    return socket;
  }
}

/** From 1 to 2^52. */
function randomNumber(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number];
  return (high >>> 12) * 2 ** 32 + low + 1;
}

/** Sockets are closed with an error code; people are told what it means. */
function told(reason: string, otherwise: string): string {
  // No code of a refusal: all sockets of an agent that stops are closed with it.
  if (reason === "restart") return "Interlock is being stopped or started anew, which ends its shells.";
  if (!Object.hasOwn(ERRORS, reason)) return reason === "" ? otherwise : reason;
  const { title } = ERRORS[reason as ErrorCode];
  return /[.!?]$/u.test(title) ? title : `${title}.`;
}

function lineFeeds(bytes: Uint8Array): number {
  let count = 0;
  // One by one: a search from one to the next takes ten times as long where lines are short.
  for (const byte of bytes) if (byte === 10) count++;
  return count;
}
