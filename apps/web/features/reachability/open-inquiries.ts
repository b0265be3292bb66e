import type { RoomState } from "../room/room-state.ts";
import { createStore, type Store } from "../room/store.ts";
import { Inquiry } from "./inquiry.ts";
import type { ReachTexts } from "./reach-text.ts";

/** A pane that asks about the network of one cluster. */
export interface OpenInquiry {
  /** Of its pane. */
  key: string;
  connectionId: string;
}

const inquiryKey = (connectionId: string): string => `reach ${connectionId}`;

/** The panes of this browser that ask why something is blocked, one for each cluster. What was asked outlives its pane. */
export class OpenInquiries {
  readonly panes: Store<readonly OpenInquiry[]> = createStore<readonly OpenInquiry[]>([]);
  readonly #options: { roomId: string; room: Store<RoomState> };
  readonly #inquiries = new Map<string, Inquiry>();

  constructor(options: { roomId: string; room: Store<RoomState> }) {
    this.#options = options;
  }

  /** The key of the pane, which is made when there is none. What is given takes the place of what is in its fields. */
  open(connectionId: string, texts: Partial<ReachTexts> = {}): string {
    const key = inquiryKey(connectionId);
    const { roomId, room } = this.#options;
    const inquiry =
      this.#inquiries.get(key) ??
      new Inquiry({
        roomId,
        connection: () => room.get().connections.find(({ id }) => id === connectionId)?.name ?? connectionId,
        command: (commandId) => room.get().commands.find(({ id }) => id === commandId),
        onCommands: (listener) => room.subscribe(listener),
      });
    this.#inquiries.set(key, inquiry);
    inquiry.write(texts);
    if (!this.panes.get().some((pane) => pane.key === key)) this.panes.update((panes) => [...panes, { key, connectionId }]);
    return key;
  }

  inquiry(key: string): Inquiry | undefined {
    return this.#inquiries.get(key);
  }

  close(key: string): void {
    this.panes.update((panes) => panes.filter((pane) => pane.key !== key));
  }

  dispose(): void {
    for (const inquiry of this.#inquiries.values()) inquiry.dispose();
    this.#inquiries.clear();
  }
}
