import type { ServerMessage } from "@interlock/protocol";
import { createStore, type Store } from "../room/store.ts";

/** Where somebody is: a terminal or a document that all have. Neither: somewhere that only they have. */
export type Place = Pick<Extract<ServerMessage, { type: "looks" }>, "terminalId" | "documentId">;

export interface FollowingParts {
  /** Says where this person is; false while there is no connection. */
  tell: (place: Place) => boolean;
  /** Brings a place to the front here. */
  go: (place: Place) => void;
}

/**
 * Going where somebody else goes in the room, until one goes somewhere oneself. Where people are is told by their pages and kept by none: who
 * follows nobody is moved by nobody.
 */
export class Following {
  /** User id of who is followed. */
  readonly followed: Store<string | undefined> = createStore<string | undefined>(undefined);
  readonly #parts: FollowingParts;
  readonly #places = new Map<string, Place>();
  #here: Place = {};
  /** Where one was taken last: getting there is not going away. */
  #taken: Place | undefined;

  constructor(parts: FollowingParts) {
    this.#parts = parts;
  }

  follow(userId: string): void {
    this.followed.set(userId);
    this.#goTo(userId);
  }

  stop(): void {
    this.#taken = undefined;
    this.followed.set(undefined);
  }

  heard({ userId, terminalId, documentId }: Extract<ServerMessage, { type: "looks" }>): void {
    this.#places.set(userId, { ...(terminalId === undefined ? {} : { terminalId }), ...(documentId === undefined ? {} : { documentId }) });
    if (this.followed.get() === userId) this.#goTo(userId);
  }

  /** This person has a place in front of them. By their own doing, that ends following. */
  came(place: Place): void {
    if (same(place, this.#here)) return;
    this.#here = place;
    this.#parts.tell(place);
    if (this.followed.get() !== undefined && !same(place, this.#taken)) this.stop();
  }

  /** Nobody was told while there was no connection. */
  reconnected(): void {
    this.#places.clear();
    this.#parts.tell(this.#here);
  }

  #goTo(userId: string): void {
    const place = this.#places.get(userId);
    if (place === undefined || same(place, {})) return;
    this.#taken = place;
    if (!same(place, this.#here)) this.#parts.go(place);
  }
}

const same = (one: Place, other: Place | undefined): boolean =>
  other !== undefined && one.terminalId === other.terminalId && one.documentId === other.documentId;
