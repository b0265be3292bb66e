import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { z } from "zod";

/** The server's word on who somebody is; whatever a browser says about itself is overwritten with it. */
export interface AwarenessUser {
  id: string;
  name: string;
  color: string;
  role: string;
}

export interface AwarenessPeer {
  readonly awarenessUser: AwarenessUser;
  /** An awareness update as y-protocols writes it. */
  awareness(update: Uint8Array): void;
}

interface Entry {
  peer: AwarenessPeer;
  userId: string;
  /** The state as JSON, stamped. */
  json: string;
  clock: number;
}

/** Bytes of one person's cursor, selection and name. */
export const AWARENESS_BYTES = 4096;
/** Cursors of one turn of this many milliseconds are sent together. */
const FLUSH_MS = 25;

const State = z.record(z.string(), z.json());

/**
 * Cursors and selections of one document. A connection speaks for one client id, its own; y-websocket echoes what it hears about others, so
 * everything else it says is let fall. Clocks are the server's own and follow the time of day: a browser that comes
 * back, also to a restarted server, says its old clock again, and others would not believe it.
 */
export class AwarenessStates {
  readonly #boundTo: (client: number) => string | null | undefined;
  readonly #entries = new Map<number, Entry>();
  readonly #mine = new Map<AwarenessPeer, number>();
  readonly #peers = new Set<AwarenessPeer>();
  /** Client ids to tell about, with the clock of those that left. */
  readonly #changed = new Map<number, number>();
  #clock = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `boundTo`: the person a client id's text belongs to, if any. */
  constructor(boundTo: (client: number) => string | null | undefined) {
    this.#boundTo = boundTo;
  }

  /** Whose cursor uses this client id now. */
  owner(client: number): string | undefined {
    return this.#entries.get(client)?.userId;
  }

  join(peer: AwarenessPeer): void {
    this.#peers.add(peer);
    this.tellAll(peer);
  }

  leave(peer: AwarenessPeer): void {
    this.#peers.delete(peer);
    const client = this.#mine.get(peer);
    this.#mine.delete(peer);
    if (client !== undefined && this.#entries.get(client)?.peer === peer) this.#drop(client);
  }

  /** Sends everybody's state but its own. */
  tellAll(peer: AwarenessPeer): void {
    peer.awareness(this.#encode([...this.#entries.keys()].filter((client) => client !== this.#mine.get(peer))));
  }

  /** The stamped states, by client id. */
  states(): Map<number, Record<string, unknown>> {
    return new Map([...this.#entries].map(([client, entry]) => [client, JSON.parse(entry.json) as Record<string, unknown>]));
  }

  /** Takes an awareness update. False when it is not one, or too large. */
  receive(peer: AwarenessPeer, update: Uint8Array): boolean {
    const said = readAwareness(update);
    if (said === undefined) return false;
    for (const { client, json } of said) if (this.#claim(peer, client) && !this.#set(peer, client, json)) return false;
    return true;
  }

  /** After a change of role or colour. */
  restamp(peer: AwarenessPeer): void {
    const client = this.#mine.get(peer);
    const entry = client === undefined ? undefined : this.#entries.get(client);
    if (client !== undefined && entry !== undefined) this.#set(peer, client, entry.json);
  }

  destroy(): void {
    clearTimeout(this.#timer);
  }

  /** Whether this connection speaks for the client id. The first one that is nobody else's becomes its own. */
  #claim(peer: AwarenessPeer, client: number): boolean {
    const mine = this.#mine.get(peer);
    if (mine !== undefined) return mine === client;
    const { id } = peer.awarenessUser;
    const bound = this.#boundTo(client);
    const used = this.#entries.get(client);
    if ((bound !== undefined && bound !== id) || (used !== undefined && used.userId !== id)) return false;
    this.#mine.set(peer, client);
    return true;
  }

  #set(peer: AwarenessPeer, client: number, json: string): boolean {
    if (json === "null") {
      if (this.#entries.has(client)) this.#drop(client);
      return true;
    }
    const state = parseState(json);
    if (state === undefined) return false;
    const stamped = JSON.stringify({ ...state, user: peer.awarenessUser });
    if (Buffer.byteLength(stamped) > AWARENESS_BYTES) return false;
    const clock = this.#mark(client);
    this.#entries.set(client, { peer, userId: peer.awarenessUser.id, json: stamped, clock });
    return true;
  }

  #drop(client: number): void {
    this.#entries.delete(client);
    this.#mark(client);
  }

  #mark(client: number): number {
    this.#clock = Math.max(this.#clock + 1, Date.now());
    this.#changed.set(client, this.#clock);
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
    return this.#clock;
  }

  #flush(): void {
    this.#timer = undefined;
    const changed = [...this.#changed.keys()];
    const all = this.#encode(changed);
    for (const peer of this.#peers) {
      const mine = this.#mine.get(peer);
      if (mine === undefined || !changed.includes(mine)) peer.awareness(all);
      else if (changed.length > 1) peer.awareness(this.#encode(changed.filter((client) => client !== mine)));
    }
    this.#changed.clear();
  }

  #encode(clients: number[]): Uint8Array {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, clients.length);
    for (const client of clients) {
      encoding.writeVarUint(encoder, client);
      encoding.writeVarUint(encoder, this.#entries.get(client)?.clock ?? this.#changed.get(client) ?? 0);
      encoding.writeVarString(encoder, this.#entries.get(client)?.json ?? "null");
    }
    return encoding.toUint8Array(encoder);
  }
}

function parseState(json: string): Record<string, unknown> | undefined {
  try {
    const read = State.safeParse(JSON.parse(json));
    return read.success ? read.data : undefined;
  } catch {
    // Not JSON: said by returning undefined, the caller refuses the message.
    return undefined;
  }
}

function readAwareness(update: Uint8Array): { client: number; json: string }[] | undefined {
  try {
    const decoder = decoding.createDecoder(update);
    const said: { client: number; json: string }[] = [];
    for (let left = decoding.readVarUint(decoder); left > 0; left--) {
      const client = decoding.readVarUint(decoder);
      decoding.readVarUint(decoder);
      said.push({ client, json: decoding.readVarString(decoder) });
    }
    return decoding.hasContent(decoder) ? undefined : said;
  } catch {
    // Cut short or not UTF-8: said by returning undefined, the caller refuses the message.
    return undefined;
  }
}
