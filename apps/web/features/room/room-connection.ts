import { CLOSE, PROTOCOL_VERSION, type ClientMessage, type ErrorCode, type Problem, type ServerMessage } from "@interlock/protocol";
import { backOff } from "./back-off.ts";
import type { Link } from "./room-state.ts";
import type { TicketOutcome } from "./ticket.ts";

/** A request as its caller writes it: the id is given here. */
type Requests = Extract<ClientMessage, { id: number }>;
export type Request = Requests extends infer R ? (R extends { id: number } ? Omit<R, "id"> : never) : never;
/** A message nobody answers. */
export type Notice = Exclude<ClientMessage, { id: number }>;

/** The answer to a request. `connection_lost`: whether it was carried out is not known; the room's state will show. */
export type Answer =
  | { ok: true; value: Record<string, unknown> }
  | { ok: false; code: ErrorCode | "connection_lost"; title: string; detail?: string; next: string };

/** The part of WebSocket that is used, so that tests can stand in for the network. */
export interface Socket {
  binaryType: string;
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: (() => void) | null;
}

export interface RoomConnectionOptions {
  /** A new ticket for every attempt: each opens one socket only. */
  ticket: () => Promise<TicketOutcome>;
  open: (ticket: string, version: number) => Socket;
  onMessage: (message: ServerMessage) => void;
  onBinary: (frame: Uint8Array) => void;
  /** After each snapshot, once `notify` sends: the agent knows of nothing that was noticed before. */
  onLive: () => void;
  onLink: (link: Link) => void;
  onLatency: (milliseconds: number) => void;
  random?: () => number;
}

interface Pending {
  message: Requests;
  /** Whether the agent recognises a second copy. */
  resend: boolean;
  sent: boolean;
  resolve: (answer: Answer) => void;
}

/** Milliseconds between pings, and without an answer before the socket counts as dead. */
const PING = { every: 5_000, dead: 12_000 } as const;
const OPEN = 1;
/** Requests that the agent recognises by their key, or that change nothing. */
const RESENT: ReadonlySet<Request["type"]> = new Set([
  "command.propose",
  "command.undo",
  "complete",
  "objects.kinds",
  "objects.counts",
  "object.read",
  "object.schema",
  "object.edit",
  "terminal.offer",
  "terminal.open",
  "terminal.ask",
  "terminal.moderate",
]);

/**
 * The browser's end of a room socket: connects, reconnects with back-off, and answers requests. It knows messages, not what they mean.
 * `start` and `stop` may be called once each.
 */
export class RoomConnection {
  readonly #options: RoomConnectionOptions;
  readonly #pending = new Map<number, Pending>();
  #socket: Socket | undefined;
  #live = false;
  #stopped = false;
  #attempt = 0;
  #nextId = 1;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;
  #lastHeard = 0;

  constructor(options: RoomConnectionOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#connect();
  }

  /** Tries again now instead of waiting, e.g. when the browser is back on a network. */
  retryNow(): void {
    if (this.#stopped || this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    void this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#drop();
    for (const id of [...this.#pending.keys()]) this.#settle(id, LOST);
  }

  /** Sends at once, or not at all while there is no connection: what is noticed is sent again by its owner in `onLive`. */
  notify(message: Notice): boolean {
    if (!this.#live) return false;
    this.#socket?.send(JSON.stringify(message));
    return true;
  }

  /** Resolves with the answer; never rejects. Waits for the connection when there is none. */
  request(request: Request): Promise<Answer> {
    if (this.#stopped) return Promise.resolve(LOST);
    const message = { ...request, id: this.#nextId++ } as Requests;
    return new Promise((resolve) => {
      const pending: Pending = { message, resend: RESENT.has(request.type), sent: false, resolve };
      this.#pending.set(message.id, pending);
      if (this.#live) this.#send(pending);
    });
  }

  #send(pending: Pending): void {
    pending.sent = true;
    this.#socket?.send(JSON.stringify(pending.message));
  }

  async #connect(): Promise<void> {
    this.#retry = undefined;
    const ticket = await this.#options.ticket();
    if (this.#stopped) return;
    if (!ticket.ok) {
      if (ticket.signedOut) return this.#end({ phase: "signed_out", why: ticket.why });
      return this.#again(ticket.why);
    }
    const socket = this.#options.open(ticket.ticket, PROTOCOL_VERSION);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    socket.onerror = () => undefined; // a close event follows and says more
    this.#lastHeard = Date.now();
    this.#ping = setInterval(() => this.#beat(), PING.every);
  }

  #receive(data: unknown): void {
    this.#lastHeard = Date.now();
    if (data instanceof ArrayBuffer) return this.#options.onBinary(new Uint8Array(data));
    if (typeof data !== "string") return;
    const message = JSON.parse(data) as ServerMessage;
    if (message.type === "reply") {
      this.#settle(message.id, message.problem ? refusal(message.problem) : { ok: true, value: message.value ?? {} });
      return;
    }
    this.#options.onMessage(message);
    if (message.type === "snapshot") this.#becomeLive();
  }

  #becomeLive(): void {
    this.#live = true;
    this.#attempt = 0;
    for (const pending of this.#pending.values()) this.#send(pending);
    this.#options.onLive();
    this.#beat();
  }

  #beat(): void {
    if (Date.now() - this.#lastHeard > PING.dead) {
      this.#closed(0, "The agent has stopped answering.");
      return;
    }
    if (!this.#live || this.#socket?.readyState !== OPEN) return;
    const sentAt = performance.now();
    void this.request({ type: "ping" }).then((answer) => {
      if (answer.ok) this.#options.onLatency(performance.now() - sentAt);
    });
  }

  #closed(code: number, reason: string): void {
    this.#drop();
    // A request the agent would not recognise the second time must not be sent twice; nor may one that it found malformed.
    for (const [id, pending] of this.#pending) if (pending.sent && (!pending.resend || code === CLOSE.malformed)) this.#settle(id, LOST);
    if (this.#stopped) return;
    if (code === CLOSE.forbidden) return this.#end({ phase: "refused", why: reason || "You may not open this room." });
    if (code === CLOSE.reload) return this.#end({ phase: "reload", why: reason || "Interlock has been updated." });
    const why = reason === "restart" ? "Interlock is being stopped or started anew." : reason || "The connection was lost.";
    this.#again(why, code === CLOSE.slow ? 2 : 0);
  }

  #again(why: string, atLeast = 0): void {
    this.#attempt = Math.max(this.#attempt, atLeast);
    const wait = backOff(this.#attempt, this.#options.random);
    this.#attempt++;
    this.#options.onLink({ phase: "reconnecting", attempt: this.#attempt, retryAt: Date.now() + wait, why });
    this.#retry = setTimeout(() => void this.#connect(), wait);
  }

  #end(link: Link): void {
    for (const id of [...this.#pending.keys()]) this.#settle(id, LOST);
    this.#options.onLink(link);
  }

  #drop(): void {
    clearInterval(this.#ping);
    this.#live = false;
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #settle(id: number, answer: Answer): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.resolve(answer);
  }
}

const LOST: Answer = {
  ok: false,
  code: "connection_lost",
  title: "The connection was lost before the answer came",
  next: "Look at the queue: it shows what happened.",
};

function refusal({ code, title, detail, next }: Problem): Answer {
  return { ok: false, code, title, next, ...(detail === undefined ? {} : { detail }) };
}
