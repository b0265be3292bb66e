import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import { CLOSE, LIMITS, type ErrorCode, type Principal } from "@interlock/protocol";
import type { RawData, WebSocket } from "ws";

/** Signs of life asked of a browser, in milliseconds. */
const HEARTBEAT_MS = 15_000;
/** How long a closing socket may still say goodbye before it is cut. */
const GOODBYE_MS = 1_000;
/** Frames a browser may send at once, and per second after that. A fast typist sends about thirty a second. */
const BURST = 2_000;
const PER_SECOND = 400;

/**
 * One accepted WebSocket of a signed-in person: back-pressure, signs of life, closing. What is said over it is the room's or the document's.
 */
export class LiveSocket {
  readonly id = randomUUID();
  readonly principal: Principal;
  readonly sessionId: string;
  readonly #ws: WebSocket;
  /** What `ws` writes to. */
  readonly #stream: Duplex;
  #corked = false;
  readonly #closed = new AbortController();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #expiry: NodeJS.Timeout;
  #alive = true;
  /** A first large message may exceed the backlog by its own size until it is through. */
  #allowance = 0;
  #tokens = BURST;
  #filled = performance.now();

  constructor(ws: WebSocket, stream: Duplex, session: { id: string; expiresAt: Date; principal: Principal }) {
    this.#ws = ws;
    this.#stream = stream;
    this.principal = session.principal;
    this.sessionId = session.id;
    ws.binaryType = "nodebuffer";
    ws.on("pong", () => (this.#alive = true));
    // A broken connection is followed by "close", which is handled; the error itself says nothing more.
    ws.on("error", () => {});
    ws.once("close", () => this.#gone());
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
    const left = Math.min(Math.max(session.expiresAt.getTime() - Date.now(), 0), 2 ** 31 - 1);
    this.#expiry = setTimeout(() => this.end(CLOSE.unauthenticated, "unauthenticated"), left).unref();
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Bytes accepted and not yet handed to the network. */
  get backlog(): number {
    return this.#ws.bufferedAmount;
  }

  /** Every message, in order. Whoever floods is closed. `cost`: what a message counts for; 1 when absent. */
  onMessage(listener: (data: Buffer, binary: boolean) => void, cost: (data: Buffer) => number = () => 1): void {
    this.#ws.on("message", (raw: RawData, binary: boolean) => {
      if (this.closed.aborted) return;
      this.#alive = true;
      if (this.spend(cost(raw as Buffer))) listener(raw as Buffer, binary);
    });
  }

  /** Takes from what the sender may ask for; closes the socket and answers false when that is used up. */
  spend(tokens: number): boolean {
    const now = performance.now();
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#filled) / 1000) * PER_SECOND) - tokens;
    this.#filled = now;
    if (this.#tokens >= 0) return true;
    this.end(CLOSE.slow, "too_many_requests" satisfies ErrorCode);
    return false;
  }

  /** Stops reading until `resume`: the sender waits in its own network stack, not in our memory. */
  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    if (!this.closed.aborted && this.#ws.isPaused) this.#ws.resume();
  }

  /** Never waits. A reader that is too far behind is dropped; it comes back and catches up. */
  send(data: string | Uint8Array): void {
    if (this.closed.aborted) return;
    const { backlog } = this;
    if (backlog === 0) this.#allowance = 0;
    if (backlog > LIMITS.socketBacklogBytes + this.#allowance) {
      this.end(CLOSE.slow, "slow_consumer" satisfies ErrorCode);
      return;
    }
    this.#ws.send(data);
  }

  /** Sends something whose size is the document's, not the reader's fault. */
  sendLarge(data: Uint8Array): void {
    this.send(data);
    // Once at a time: asking again and again without reading must not buy memory.
    if (this.#allowance === 0) this.#allowance = data.byteLength;
  }

  /** Resolves when the backlog is below half of what is allowed, or the socket is gone. `sent`: `data` is not read any more. */
  async sendAndDrain(data: string | Uint8Array, sent: () => void = () => {}): Promise<void> {
    if (this.closed.aborted) return sent();
    // Frames that are sent without a pause leave in one write.
    if (!this.#corked) {
      this.#corked = true;
      this.#stream.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#stream.uncork();
      });
    }
    const flushed = new Promise<void>((resolve) =>
      this.#ws.send(data, () => {
        sent();
        resolve();
      }),
    );
    if (this.backlog > LIMITS.socketBacklogBytes / 2) await flushed;
  }

  /**
   * Says why and closes; cut after a moment, so that a reader that does not read holds no memory. `reason`: an error code. `patienceMs`: where the
   * last of what was sent is owed to a reader whose line is slow.
   */
  end(code: number, reason: string, patienceMs = GOODBYE_MS): void {
    if (this.closed.aborted) return;
    this.#ws.resume();
    this.#ws.close(code, reason);
    const cut = setTimeout(() => this.#ws.terminate(), patienceMs).unref();
    this.#ws.once("close", () => clearTimeout(cut));
    this.#gone();
  }

  #beat(): void {
    if (!this.#alive) {
      this.#ws.terminate();
      return;
    }
    this.#alive = false;
    this.#ws.ping();
  }

  #gone(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#expiry);
    this.#closed.abort();
  }
}
