import { LIMITS, type ErrorCode, type Role } from "@interlock/protocol";
import * as Y from "yjs";
import type { Log } from "../log.ts";
import { AwarenessStates } from "./awareness-states.ts";
import type { Authorship } from "./authorship.ts";
import { assertWhole, type DocumentLog, type LoadedDocument, type LogEntry } from "./document-log.ts";
import { checkUpdate, type CheckedUpdate, type DocumentView } from "./update-check.ts";
import { CONTENT, type Range } from "./update-reader.ts";

/** One connected browser, as a document sees it. */
export interface DocumentPeer {
  readonly userId: string;
  readonly role: Role;
  /** An update of somebody else. */
  update(bytes: Uint8Array): void;
  /** So many more of its updates are durable. */
  committed(count: number): void;
  refused(code: ErrorCode, detail?: string): void;
  /** The log cannot be written: nothing of what it sent since the last acknowledgement is kept. */
  failed(code: ErrorCode): void;
}

interface Waiting {
  peer: DocumentPeer;
  bytes: Uint8Array;
  /** Called when the update is out of the queue, whatever became of it. */
  done: () => void;
}

/** Rows in the log before they are made one. */
const COMPACT_ROWS = 500;
/** Updates in one commit. */
const BATCH = 256;

/**
 * One document while somebody has it open. Updates are judged, committed to the log, and only then applied, sent on and acknowledged; what
 * arrives during a commit goes into the next one together, so that many typists cost few commits.
 */
export class LiveDocument {
  readonly id: string;
  readonly doc: Y.Doc;
  readonly text: Y.Text;
  readonly authorship: Authorship;
  readonly awareness: AwarenessStates;
  readonly peers = new Set<DocumentPeer>();
  readonly #durable: DocumentLog;
  readonly #log: Log;
  readonly #changed: () => void;
  #queue: Waiting[] = [];
  #draining: Promise<void> | undefined;
  #compacting: Promise<void> | undefined;
  #rows: number;
  #bytes: number;
  /** Set when the log could not be written; the document is loaded anew. */
  #broken = false;

  constructor(parts: { id: string; loaded: LoadedDocument; durable: DocumentLog; log: Log; changed: () => void }) {
    this.id = parts.id;
    this.doc = parts.loaded.doc;
    this.text = this.doc.getText(CONTENT);
    this.authorship = parts.loaded.authorship;
    this.#rows = parts.loaded.rows;
    this.#bytes = parts.loaded.bytes;
    this.#durable = parts.durable;
    this.#log = parts.log;
    this.#changed = parts.changed;
    this.awareness = new AwarenessStates((client) => this.authorship.owner(client));
  }

  get broken(): boolean {
    return this.#broken;
  }

  /** Queues an update. The sender bounds how much it has in the queue, by `done`. */
  receive(peer: DocumentPeer, bytes: Uint8Array, done: () => void): void {
    if (this.#broken) {
      done();
      peer.failed("internal");
      return;
    }
    this.#queue.push({ peer, bytes, done });
    this.#draining ??= this.#drain().finally(() => (this.#draining = undefined));
  }

  /** Resolves when everything received so far is settled. */
  async settled(): Promise<void> {
    await this.#draining;
    await this.#compacting;
  }

  async #drain(): Promise<void> {
    // Updates of the same turn of the event loop share a commit.
    await new Promise(setImmediate);
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, BATCH);
      try {
        await this.#commit(batch);
      } catch (error) {
        this.#fail(error);
        return;
      } finally {
        for (const { done } of batch) done();
      }
    }
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const view = new Projection(this);
    const acks = new Map<DocumentPeer, number>();
    const fresh: Waiting[] = [];
    const entry: LogEntry = { updates: [], binds: [], deletions: [] };
    for (const waiting of batch) {
      const { peer, bytes } = waiting;
      const checked = checkUpdate(view, peer.userId, bytes);
      if (!checked.ok) peer.refused(checked.code, checked.detail);
      else if (checked.value.news && peer.role === "observer") peer.refused("observer");
      else {
        acks.set(peer, (acks.get(peer) ?? 0) + 1);
        if (!checked.value.news) continue;
        view.accept(checked.value, peer.userId, bytes);
        fresh.push(waiting);
        entry.updates.push(bytes);
        for (const client of checked.value.binds) entry.binds.push({ client, userId: peer.userId });
        for (const range of checked.value.deletions) entry.deletions.push({ ...range, userId: peer.userId });
      }
    }
    if (fresh.length > 0) {
      await this.#durable.append(this.id, entry);
      this.#apply(fresh, entry);
    }
    for (const [peer, count] of acks) peer.committed(count);
    if (fresh.length > 0) this.#changed();
  }

  #apply(fresh: readonly Waiting[], entry: LogEntry): void {
    for (const { client, userId } of entry.binds) this.authorship.bind(client, userId);
    for (const deletion of entry.deletions) this.authorship.deleted(deletion);
    for (const { peer, bytes } of fresh) {
      Y.applyUpdate(this.doc, bytes);
      this.#bytes += bytes.byteLength;
      for (const other of this.peers) if (other !== peer) other.update(bytes);
    }
    assertWhole(this.doc, this.id);
    this.#rows += fresh.length;
    if (this.#rows >= COMPACT_ROWS) this.compact();
  }

  /** Starts making one row of the log; at most one such work at a time. A failure leaves the log as it is. */
  compact(): void {
    if (this.#compacting !== undefined) return;
    const rows = this.#rows;
    this.#compacting = this.#durable
      .compact(this.id)
      .then(() => void (this.#rows -= rows - 1))
      .catch((error: unknown) => this.#log.error({ err: error, documentId: this.id }, "a document's log could not be compacted"))
      .finally(() => (this.#compacting = undefined));
  }

  /** Rows in the log. */
  get rows(): number {
    return this.#rows;
  }

  #fail(error: unknown): void {
    this.#broken = true;
    this.#log.error({ err: error, documentId: this.id }, "a document's log could not be written");
    const peers = new Set([...this.peers, ...this.#queue.map(({ peer }) => peer)]);
    for (const { done } of this.#queue) done();
    this.#queue = [];
    for (const peer of peers) peer.failed(diskIsFull(error) ? "storage_full" : "internal");
  }

  /** Upper bound of the live text's UTF-8 bytes, exact when it matters. */
  textBytes(): number {
    const most = this.text.length * 3;
    return most <= LIMITS.documentBytes / 2 ? most : Buffer.byteLength(this.text.toJSON());
  }

  historyBytes(): number {
    return this.#bytes;
  }

  /** The parts of a range that are in the document and not deleted. */
  *undeleted({ client, clock, length }: Range): Iterable<Range> {
    const structs = this.doc.store.clients.get(client) ?? [];
    const end = Math.min(clock + length, Y.getState(this.doc.store, client));
    if (clock >= end) return;
    for (let index = Y.findIndexSS(structs, clock); index < structs.length; index++) {
      const struct = structs[index]!;
      if (struct.id.clock >= end) return;
      if (struct.deleted) continue;
      const from = Math.max(clock, struct.id.clock);
      yield { client, clock: from, length: Math.min(end, struct.id.clock + struct.length) - from };
    }
  }

  destroy(): void {
    this.awareness.destroy();
    this.doc.destroy();
  }
}

/** PostgreSQL's `disk_full`, wherever the layers above it have put its code. */
function diskIsFull(error: unknown): boolean {
  return JSON.stringify(error, ["code", "meta", "cause", "driverAdapterError", "originalCode"])?.includes('"53100"') ?? false;
}

/** The document as it will be once the accepted updates of a batch are applied. */
class Projection implements DocumentView {
  readonly #document: LiveDocument;
  readonly #states = new Map<number, number>();
  readonly #owners = new Map<number, string>();
  #text = 0;
  #history = 0;

  constructor(document: LiveDocument) {
    this.#document = document;
  }

  accept(update: CheckedUpdate, userId: string, bytes: Uint8Array): void {
    for (const [client, state] of update.states) this.#states.set(client, state);
    for (const client of update.binds) this.#owners.set(client, userId);
    this.#text += update.addedBytes;
    this.#history += bytes.byteLength;
  }

  stateOf(client: number): number {
    return this.#states.get(client) ?? Y.getState(this.#document.doc.store, client);
  }

  /** A client id that somebody's cursor uses is that person's before the first letter is typed. */
  ownerOf(client: number): string | null | undefined {
    const bound = this.#document.authorship.owner(client);
    return bound === undefined ? (this.#owners.get(client) ?? this.#document.awareness.owner(client)) : bound;
  }

  isBound(client: number): boolean {
    return this.#owners.has(client) || this.#document.authorship.owner(client) !== undefined;
  }

  /** What other updates of this batch bring is not deleted yet, or its deletion is written down twice: never too few deleters. */
  *undeleted(range: Range): Iterable<Range> {
    yield* this.#document.undeleted(range);
    const applied = Math.max(range.clock, Y.getState(this.#document.doc.store, range.client));
    const end = range.clock + range.length;
    if (end > applied) yield { client: range.client, clock: applied, length: end - applied };
  }

  textBytes(): number {
    return this.#document.textBytes() + this.#text;
  }

  historyBytes(): number {
    return this.#document.historyBytes() + this.#history;
  }
}
