import { CLOSE, DOCUMENT_ACK, DOCUMENT_REFUSED, LIMITS, problem, type ErrorCode, type Role } from "@interlock/protocol";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import type { LiveSocket } from "../door/live-socket.ts";
import type { AwarenessPeer, AwarenessUser } from "./awareness-states.ts";
import type { DocumentPeer, LiveDocument } from "./live-document.ts";

const SYNC = 0;
const AWARENESS = 1;
const QUERY_AWARENESS = 3;
const SYNC_STEP_1 = 0;
const SYNC_STEP_2 = 1;
const UPDATE = 2;

/** Bytes of one browser that may wait for their commit before nothing more is read from it. */
const UNCOMMITTED_BYTES = 2 * LIMITS.documentMessageBytes;
/** y-websocket gives a connection up when it has heard nothing for 30 s. */
const KEEP_ALIVE_MS = 10_000;
/** What encoding a whole document costs, in messages (see LiveSocket.spend). */
const SYNC_COST = 20;

export interface DocumentSocketParts {
  socket: LiveSocket;
  live: LiveDocument;
  role: Role;
  /** Told once, with the first refusal: it belongs into the audit log. */
  onRefused: (code: ErrorCode) => void;
}

/**
 * One browser on one document, in the message format of y-websocket. Two messages are ours: DOCUMENT_ACK carries how many updates of this
 * connection (sync step 2 and update messages, in their order) are durable, DOCUMENT_REFUSED why one was not taken.
 */
export class DocumentSocket implements DocumentPeer, AwarenessPeer {
  readonly #socket: LiveSocket;
  readonly #live: LiveDocument;
  readonly #onRefused: (code: ErrorCode) => void;
  readonly #keepAlive: NodeJS.Timeout;
  #role: Role;
  #acknowledged = 0;
  #uncommitted = 0;
  #refused = false;

  constructor({ socket, live, role, onRefused }: DocumentSocketParts) {
    this.#socket = socket;
    this.#live = live;
    this.#role = role;
    this.#onRefused = onRefused;
    this.#keepAlive = setInterval(() => this.awareness(Uint8Array.of(0)), KEEP_ALIVE_MS).unref();
    socket.onMessage((data) => this.#read(data));
    live.peers.add(this);
    this.#sync(SYNC_STEP_1, Y.encodeStateVector(live.doc));
    live.awareness.join(this);
  }

  get userId(): string {
    return this.#socket.principal.id;
  }

  get role(): Role {
    return this.#role;
  }

  set role(role: Role) {
    this.#role = role;
    this.#live.awareness.restamp(this);
  }

  get awarenessUser(): AwarenessUser {
    const { id, name, color } = this.#socket.principal;
    return { id, name, color, role: this.#role };
  }

  /** Call when the socket is closed. */
  leave(): void {
    clearInterval(this.#keepAlive);
    this.#live.peers.delete(this);
    this.#live.awareness.leave(this);
  }

  update(bytes: Uint8Array): void {
    this.#sync(UPDATE, bytes);
  }

  awareness(update: Uint8Array): void {
    this.#send((encoder) => {
      encoding.writeVarUint(encoder, AWARENESS);
      encoding.writeVarUint8Array(encoder, update);
    });
  }

  committed(count: number): void {
    this.#acknowledged += count;
    this.#send((encoder) => {
      encoding.writeVarUint(encoder, DOCUMENT_ACK);
      encoding.writeVarUint(encoder, this.#acknowledged);
    });
  }

  refused(code: ErrorCode, detail?: string): void {
    this.#send((encoder) => {
      encoding.writeVarUint(encoder, DOCUMENT_REFUSED);
      encoding.writeVarString(encoder, JSON.stringify(problem(code, detail)));
    });
    if (!this.#refused) this.#onRefused(code);
    this.#refused = true;
  }

  /** The browser still has what was not acknowledged, and sends it again when it is back. */
  failed(code: ErrorCode): void {
    this.#socket.end(CLOSE.restart, code);
  }

  #read(data: Buffer): void {
    if (data.byteLength > LIMITS.documentMessageBytes) {
      this.refused("too_large", `a message holds at most ${LIMITS.documentMessageBytes} bytes`);
      this.#socket.end(CLOSE.tooLarge, `too_large: at most ${LIMITS.documentMessageBytes} bytes`);
      return;
    }
    let understood: boolean;
    try {
      understood = this.#dispatch(decoding.createDecoder(data));
    } catch {
      // lib0 throws when bytes end early; a fault of ours would show in every message, not in one.
      understood = false;
    }
    if (!understood) this.#socket.end(CLOSE.malformed, "malformed_frame" satisfies ErrorCode);
  }

  /** False when the message is not of this protocol. */
  #dispatch(decoder: decoding.Decoder): boolean {
    switch (decoding.readVarUint(decoder)) {
      case SYNC:
        return this.#dispatchSync(decoder);
      case AWARENESS:
        return this.#live.awareness.receive(this, decoding.readVarUint8Array(decoder));
      case QUERY_AWARENESS:
        this.#live.awareness.tellAll(this);
        return true;
      default:
        return false;
    }
  }

  #dispatchSync(decoder: decoding.Decoder): boolean {
    switch (decoding.readVarUint(decoder)) {
      case SYNC_STEP_1: {
        if (!this.#socket.spend(SYNC_COST)) return true;
        this.#sync(SYNC_STEP_2, Y.encodeStateAsUpdate(this.#live.doc, decoding.readVarUint8Array(decoder)));
        return true;
      }
      case SYNC_STEP_2:
      case UPDATE: {
        // A copy: the frame's memory is shared with frames around it, and an update may wait.
        const bytes = decoding.readVarUint8Array(decoder).slice();
        if (decoding.hasContent(decoder)) return false;
        this.#receive(bytes);
        return true;
      }
      default:
        return false;
    }
  }

  #receive(bytes: Uint8Array): void {
    const size = bytes.byteLength;
    this.#uncommitted += size;
    if (this.#uncommitted > UNCOMMITTED_BYTES) this.#socket.pause();
    this.#live.receive(this, bytes, () => {
      this.#uncommitted -= size;
      if (this.#uncommitted <= UNCOMMITTED_BYTES / 2) this.#socket.resume();
    });
  }

  #sync(step: number, bytes: Uint8Array): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    encoding.writeVarUint(encoder, step);
    encoding.writeVarUint8Array(encoder, bytes);
    const message = encoding.toUint8Array(encoder);
    if (step === SYNC_STEP_2) this.#socket.sendLarge(message);
    else this.#socket.send(message);
  }

  #send(write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder();
    write(encoder);
    this.#socket.send(encoding.toUint8Array(encoder));
  }
}
