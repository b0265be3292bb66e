import type { FlowAction } from "@interlock/terminal";
import { FlowControl, type StreamRing } from "@interlock/terminal";
import type { TerminalFrame, TerminalSize } from "@interlock/protocol";
import type { TerminalPeer } from "./terminal-socket.ts";

/** What the screen looks like at an offset: bytes that draw it on an empty one. */
export interface Picture extends TerminalSize {
  offset: number;
  /** Line feeds before it. */
  lines: number;
  bytes: Uint8Array;
  /** Number of the first change of size that it does not hold. */
  nextEvent: number;
}

/** A change of size, between two bytes. */
export type SizeEvent = TerminalSize;

interface ViewersParts {
  ring: StreamRing<SizeEvent>;
  /** The screen as it is by now, or what stands for it; never rejects. */
  picture: () => Promise<Picture>;
  on: {
    /** The driver cannot keep up (true), or can again. */
    pressure: (high: boolean) => void;
    /** Somebody fell behind, or has caught up. */
    behind: () => void;
  };
}

/** How often it is looked whether a driver still takes what it is sent, in milliseconds. */
const TICK_MS = 1_000;
/**
 * The driver is sent what comes at once; those who watch, what comes within so many milliseconds of the last together, up to so many bytes: in a
 * flood the messages to a crowd would take longer than the flood, and they cannot see the difference.
 */
const TOGETHER = { ms: 8, bytes: 64 * 1024 } as const;
/** Pictures that are begun again because the output has run past them; a flood cannot be outrun. */
const TRIES = 5;
/** How long an end waits for the last pictures, in milliseconds. */
const LAST_MS = 5_000;

/** The pages that show one terminal: each gets every byte in its order or, where that cannot be, a picture and the bytes after it. */
export class Viewers {
  readonly #parts: ViewersParts;
  readonly #flow = new FlowControl();
  readonly #names = new Map<TerminalPeer, string>();
  readonly #peers = new Map<string, TerminalPeer>();
  readonly #behind = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  /** Those that get bytes. */
  readonly #joined = new Set<string>();
  /** Those whose picture is being drawn. */
  readonly #drawing = new Map<string, Promise<void>>();
  #ended = false;
  #driver: string | undefined;
  #next = 0;
  /** Where that begins which those who watch have not been sent yet; undefined for nothing. */
  #owedFrom: number | undefined;
  #paidAt = -Infinity;
  #paying: NodeJS.Timeout | undefined;

  constructor(parts: ViewersParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#do(this.#flow.tick(performance.now())), TICK_MS).unref();
  }

  /** It has everything up to `offset`, -1 for nothing, and gets what follows. */
  add(peer: TerminalPeer, offset: number): void {
    const { ring } = this.#parts;
    const name = String(this.#next++);
    this.#names.set(peer, name);
    this.#peers.set(name, peer);
    this.#pay();
    // An offset that has not been yet is of another life of this terminal.
    if (offset >= 0 && offset <= ring.end && this.#catchUp(peer, offset)) {
      this.#join(name, offset);
      if (this.#ended) this.#sayEnd(peer);
    } else void this.#draw(name, (at) => this.#join(name, at));
  }

  remove(peer: TerminalPeer): void {
    const name = this.#names.get(peer);
    if (name === undefined) return;
    this.#names.delete(peer);
    this.#peers.delete(name);
    this.#behind.delete(name);
    this.#joined.delete(name);
    this.#do(this.#flow.leave(name, performance.now()));
  }

  /** Whose page the source waits for. */
  drive(peer: TerminalPeer | undefined): void {
    const name = peer === undefined ? undefined : this.#names.get(peer);
    this.#pay();
    // One that has not got its first picture drives once it has.
    this.#driver = name;
    if (name === this.#flow.driver) return;
    if (name === undefined || this.#joined.has(name)) this.#do(this.#flow.drive(name, performance.now()));
  }

  taken(peer: TerminalPeer, offset: number): void {
    const name = this.#names.get(peer);
    if (name !== undefined) this.#do(this.#flow.acknowledged(name, offset, performance.now()));
  }

  isBehind(userId: string): boolean {
    return [...this.#behind].some((name) => this.#peers.get(name)?.userId === userId);
  }

  /** `bytes` were appended, and end at the ring's end. */
  output(bytes: Uint8Array): void {
    const offset = this.#parts.ring.end - bytes.byteLength;
    const { driver } = this.#flow;
    if (driver !== undefined && this.#flow.isLive(driver)) this.#peers.get(driver)?.send({ type: "output", offset, bytes });
    const now = performance.now();
    this.#owedFrom ??= offset;
    if (this.#parts.ring.end - this.#owedFrom >= TOGETHER.bytes || now - this.#paidAt >= TOGETHER.ms) this.#pay();
    else this.#paying ??= setTimeout(() => this.#pay(), TOGETHER.ms);
    this.#do(this.#flow.appended(this.#parts.ring.end, now));
  }

  size(size: SizeEvent): void {
    this.#pay();
    for (const name of this.#flow.live) this.#peers.get(name)?.send({ type: "size", offset: this.#parts.ring.end, ...size });
  }

  /**
   * Nothing follows. Resolves once everybody has been sent all of it: whoever is behind or has no picture yet is sent the last one first, or they
   * would be left with a screen from the middle of it.
   */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    this.#pay();
    this.#ended = true;
    for (const [name, peer] of this.#peers) {
      if (this.#flow.isLive(name)) this.#sayEnd(peer);
      else if (!this.#drawing.has(name)) void this.#renew(name);
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, LAST_MS)));
    await Promise.race([Promise.all(this.#drawing.values()), late]);
    clearTimeout(timer);
  }

  #sayEnd(peer: TerminalPeer): void {
    peer.send({ type: "end", offset: this.#parts.ring.end });
  }

  #join(name: string, offset: number): void {
    this.#flow.join(name, offset);
    this.#joined.add(name);
    if (this.#driver === name) this.#do(this.#flow.drive(name, performance.now()));
  }

  /** Sends those who watch, or these of them, what they have not been sent yet. */
  #pay(only?: readonly string[]): void {
    if (this.#owedFrom === undefined) return;
    // Without events: sizes are told when they change.
    const since = this.#parts.ring.since(this.#owedFrom, Number.MAX_SAFE_INTEGER);
    if (since.kind === "gone") throw new Error("more is owed than is kept");
    const frame: TerminalFrame = { type: "output", offset: this.#owedFrom, bytes: since.bytes };
    for (const name of only ?? this.#flow.live) if (name !== this.#flow.driver) this.#peers.get(name)?.send(frame);
    if (only !== undefined) return;
    clearTimeout(this.#paying);
    this.#paying = undefined;
    this.#owedFrom = undefined;
    this.#paidAt = performance.now();
  }

  #do(actions: readonly FlowAction[]): void {
    for (const action of actions) {
      switch (action.do) {
        case "pause":
        case "resume":
          this.#parts.on.pressure(action.do === "pause");
          break;
        case "demote":
          // It has caught up once it has said so of all that it was sent.
          this.#pay([action.viewer]);
          this.#behind.add(action.viewer);
          this.#parts.on.behind();
          break;
        case "resync":
          void this.#renew(action.viewer);
          break;
        case "silent":
        case "heard":
          break;
      }
    }
  }

  /** For one that was behind. */
  #renew(name: string): Promise<void> {
    return this.#draw(name, (at) => this.#do(this.#flow.resynced(name, at, performance.now())));
  }

  /** Sends a picture and what followed it; `joined` is called with its offset, in the same turn as the last byte is sent. */
  #draw(name: string, joined: (offset: number) => void): Promise<void> {
    const drawn = this.#sendPicture(name, joined).finally(() => this.#drawing.delete(name));
    this.#drawing.set(name, drawn);
    return drawn;
  }

  async #sendPicture(name: string, joined: (offset: number) => void): Promise<void> {
    for (let tried = 0; tried < TRIES; tried++) {
      const picture = await this.#parts.picture();
      const peer = this.#peers.get(name);
      if (peer === undefined) return;
      this.#pay();
      const { offset, lines, columns, rows, bytes, nextEvent } = picture;
      if (this.#parts.ring.since(offset, nextEvent).kind === "gone") continue;
      peer.send({ type: "picture", offset, columns, rows, lines, bytes });
      this.#catchUp(peer, offset, nextEvent);
      joined(offset);
      if (this.#behind.delete(name)) this.#parts.on.behind();
      if (this.#ended) this.#sayEnd(peer);
      return;
    }
    // It comes back by itself, when the flood may be over.
    this.#peers.get(name)?.end(4429, "slow_consumer");
  }

  /** Sends what came from `offset` on, sizes in their places; false where that is no longer kept. Being told a size twice does no harm. */
  #catchUp(peer: TerminalPeer, offset: number, fromEvent = 0): boolean {
    const since = this.#parts.ring.since(offset, fromEvent);
    if (since.kind === "gone") return false;
    let at = offset;
    const send = (to: number): void => {
      // In pieces that a slow line takes in a moment: a page that can say nothing before all of it is there would count as gone.
      for (; at < to; at = Math.min(to, at + TOGETHER.bytes)) {
        const bytes = since.bytes.subarray(at - offset, Math.min(to, at + TOGETHER.bytes) - offset);
        peer.send({ type: "output", offset: at, bytes });
      }
    };
    for (const { offset: place, event } of since.events) {
      send(place);
      peer.send({ type: "size", offset: place, ...event });
    }
    send(offset + since.bytes.byteLength);
    return true;
  }
}
