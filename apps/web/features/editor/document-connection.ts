import { CLOSE, DOCUMENT_ACK, DOCUMENT_REFUSED, PROTOCOL_VERSION, Problem } from "@interlock/protocol";
import { readVarString, readVarUint } from "lib0/decoding";
import { length } from "lib0/encoding";
import { Awareness, removeAwarenessStates } from "y-protocols/awareness";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { backOff } from "../room/back-off.ts";
import type { TicketOutcome } from "../room/ticket.ts";
import { UnsavedEdits } from "./unsaved-edits.ts";

export interface DocumentConnectionOptions {
  documentId: string;
  /** `ws(s)://host/ws/doc`. */
  server: string;
  ticket: () => Promise<TicketOutcome>;
  onStatus: (status: DocumentStatus) => void;
  /** The server took an update for somebody else's and cut the document off: what is here may differ from what is saved. Reload it. */
  onRefused: (problem: Problem) => void;
  socket?: typeof WebSocket;
}

export interface DocumentStatus {
  /** Whether the document is the server's, as of now. */
  synced: boolean;
  /** Updates not yet known to be durable. */
  unsaved: number;
}

/** No message for this long and the provider takes the socket for dead (30 s, fixed in y-websocket), so ask sooner. In milliseconds. */
const RESYNC_EVERY = 12_000;
/** y-websocket's message type of the sync protocol. */
const SYNC = 0;

/**
 * One document and its socket. y-websocket reconnects at once and with the same address, but a ticket opens one socket only; so the
 * provider is never left to reconnect by itself: `shouldConnect` is true only from a fresh ticket until the next close.
 */
export class DocumentConnection {
  readonly doc = new Y.Doc();
  readonly text = this.doc.getText("content");
  readonly awareness = new Awareness(this.doc);
  readonly #options: DocumentConnectionOptions;
  readonly #provider: WebsocketProvider;
  readonly #unsaved = new UnsavedEdits(() => this.#report());
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #stopped = false;

  constructor(options: DocumentConnectionOptions) {
    this.#options = options;
    const provider = new WebsocketProvider(options.server, options.documentId, this.doc, {
      connect: false,
      disableBc: true,
      awareness: this.awareness,
      resyncInterval: RESYNC_EVERY,
      ...(options.socket ? { WebSocketPolyfill: options.socket } : {}),
    });
    this.#provider = provider;
    const sync = provider.messageHandlers[SYNC]!;
    provider.messageHandlers[SYNC] = (encoder, ...rest) => {
      sync(encoder, ...rest);
      // More than the message type: an answer to the server's state vector, which the provider sends next.
      if (length(encoder) > 1) this.#unsaved.sentAll();
    };
    provider.messageHandlers[DOCUMENT_ACK] = (_encoder, decoder) => this.#unsaved.acked(readVarUint(decoder));
    provider.messageHandlers[DOCUMENT_REFUSED] = (_encoder, decoder) => this.#refused(readVarString(decoder));
    provider.on("connection-close", (event) => this.#closed(event?.code ?? 0));
    provider.on("sync", (synced) => {
      if (synced) this.#attempt = 0;
      this.#report();
    });
    this.doc.on("update", (_update: Uint8Array, origin: unknown) => {
      if (origin !== provider) this.#unsaved.edited(provider.wsconnected);
    });
    void this.#connect();
  }

  get status(): DocumentStatus {
    return { synced: this.#provider.synced, unsaved: this.#unsaved.waiting };
  }

  /** Tries again now instead of waiting. */
  retryNow(): void {
    if (this.#stopped || this.#retry === undefined) return;
    clearTimeout(this.#retry);
    void this.#connect();
  }

  dispose(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    removeAwarenessStates(this.awareness, [this.doc.clientID], "left");
    this.#provider.destroy();
    this.awareness.destroy();
    this.doc.destroy();
  }

  async #connect(): Promise<void> {
    this.#retry = undefined;
    const ticket = await this.#options.ticket();
    if (this.#stopped) return;
    if (!ticket.ok) {
      // Signed out: the room's own connection finds out, too, and leads away from here.
      if (!ticket.signedOut) this.#again();
      return;
    }
    this.#provider.params = { ticket: ticket.ticket, v: String(PROTOCOL_VERSION) };
    this.#provider.connect();
  }

  #closed(code: number): void {
    this.#provider.shouldConnect = false;
    this.#unsaved.disconnected();
    if (this.#stopped) return;
    this.#report();
    // Refused for good, or newer than this page: the room's own connection says so to the person.
    if (code === CLOSE.forbidden || code === CLOSE.reload) return;
    this.#again();
  }

  #again(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#connect(), backOff(this.#attempt++));
  }

  #refused(json: string): void {
    this.#stopped = true;
    this.#provider.shouldConnect = false;
    this.#options.onRefused(Problem.parse(JSON.parse(json)));
  }

  #report(): void {
    if (!this.#stopped) this.#options.onStatus(this.status);
  }
}
