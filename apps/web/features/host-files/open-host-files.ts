import { createStore, type Store } from "../room/store.ts";

/** A pane with the files of one host. */
export interface HostFilesPane {
  key: string;
  connectionId: string;
}

export const hostFilesKey = (connectionId: string): string => `files ${connectionId}`;

/** The panes of this browser that look at files of hosts, one for each host. Where somebody was outlives the pane. */
export class OpenHostFiles {
  readonly panes: Store<readonly HostFilesPane[]> = createStore<readonly HostFilesPane[]>([]);
  readonly #places = new Map<string, string>();

  /** The key of the pane, which is made when there is none. */
  open(connectionId: string): string {
    const key = hostFilesKey(connectionId);
    if (!this.panes.get().some((pane) => pane.key === key)) this.panes.update((panes) => [...panes, { key, connectionId }]);
    return key;
  }

  close(key: string): void {
    this.panes.update((panes) => panes.filter((pane) => pane.key !== key));
  }

  /** Where somebody was last; the account's home at first. */
  place(connectionId: string): string {
    return this.#places.get(connectionId) ?? "~";
  }

  went(connectionId: string, path: string): void {
    this.#places.set(connectionId, path);
  }
}
