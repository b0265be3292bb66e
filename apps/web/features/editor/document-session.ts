import type { Problem } from "@interlock/protocol";
import * as Y from "yjs";
import { createStore, type Store } from "../room/store.ts";
import { fetchTicket, socketAddress } from "../room/ticket.ts";
import { DocumentConnection, type DocumentStatus } from "./document-connection.ts";

/** The documents that are open in this browser, and whether each is saved. Owned by the room's session. */
export class OpenDocuments {
  /** By document id. */
  readonly status: Store<ReadonlyMap<string, DocumentStatus>> = createStore<ReadonlyMap<string, DocumentStatus>>(new Map());
  /** A document that was cut off, until it is opened anew. */
  readonly refused: Store<ReadonlyMap<string, Problem>> = createStore<ReadonlyMap<string, Problem>>(new Map());
  readonly #open = new Map<string, DocumentConnection>();

  /** The document's connection, opened when it is not. It stays open until `reload` or `dispose`: what was typed must get away. */
  open(documentId: string): DocumentConnection {
    let connection = this.#open.get(documentId);
    if (connection === undefined) {
      connection = new DocumentConnection({
        documentId,
        server: socketAddress("/ws/doc", {}),
        ticket: fetchTicket,
        onStatus: (status) => this.status.update((all) => new Map(all).set(documentId, status)),
        onRefused: (problem) => this.refused.update((all) => new Map(all).set(documentId, problem)),
      });
      this.#open.set(documentId, connection);
    }
    return connection;
  }

  get(documentId: string): DocumentConnection | undefined {
    return this.#open.get(documentId);
  }

  /** Throws away what is here and takes the server's document. */
  reload(documentId: string): void {
    this.#open.get(documentId)?.dispose();
    this.#open.delete(documentId);
    this.status.update((all) => without(all, documentId));
    this.refused.update((all) => without(all, documentId));
  }

  retryNow(): void {
    for (const connection of this.#open.values()) connection.retryNow();
  }

  dispose(): void {
    for (const connection of this.#open.values()) connection.dispose();
    this.#open.clear();
  }
}

function without<V>(all: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const rest = new Map(all);
  rest.delete(key);
  return rest;
}

/** A place in a document as it travels: a Yjs relative position in JSON. */
export type Place = Record<string, never>;

/**
 * A place that stays with the text around it. `before`: with the character before it, so that what others insert here stands after it; else with
 * the one after.
 */
export function placeAt(text: Y.Text, offset: number, side: "before" | "after" = "after"): Place {
  return Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, offset, side === "before" ? -1 : 0)) as Place;
}

/** Where a place is now; undefined when it is not of this document. */
export function offsetOfPlace(text: Y.Text, place: unknown): number | undefined {
  try {
    const found = Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(place), text.doc!);
    return found?.type === text ? found.index : undefined;
  } catch {
    // Cursors come from other browsers: one that makes no sense is not drawn.
    return undefined;
  }
}
