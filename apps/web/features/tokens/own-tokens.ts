import type { FetchedToken } from "@interlock/protocol";
import { createStore, type Store } from "../room/store.ts";

/** A token somebody wants to ask for: the form's first values. */
export interface TokenWish {
  connectionId: string;
  namespace: string;
  name: string;
}

/**
 * Tokens that this person has fetched, by command. In the memory of this page for as long as the room is open in it, and nowhere else: never in
 * any storage of the browser.
 */
export class OwnTokens {
  readonly held: Store<ReadonlyMap<string, readonly FetchedToken[]>> = createStore<ReadonlyMap<string, readonly FetchedToken[]>>(new Map());
  /** What the form is open for. */
  readonly wish: Store<TokenWish | undefined> = createStore<TokenWish | undefined>(undefined);

  hold(commandId: string, tokens: readonly FetchedToken[]): void {
    this.held.update((held) => new Map(held).set(commandId, tokens));
  }

  forget(commandId: string): void {
    this.held.update((held) => new Map([...held].filter(([id]) => id !== commandId)));
  }

  dispose(): void {
    this.held.set(new Map());
    this.wish.set(undefined);
  }
}
