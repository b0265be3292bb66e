import type { Terminal } from "@interlock/protocol";
import { createStore, type Store } from "../room/store.ts";
import type { RoomState } from "../room/room-state.ts";
import { fetchTicket, socketAddress } from "../room/ticket.ts";
import { TerminalLink, type FrameSocket } from "./terminal-link.ts";

export interface TerminalPane {
  key: string;
  terminalId: string;
}

export const terminalKey = (terminalId: string): string => `terminal ${terminalId}`;

/**
 * The terminals that have a pane in this browser: those of the room that have not ended, unless their pane was closed, and those that are
 * asked for. Looking at one is being at it: a pane that is closed is somebody who has gone.
 */
export class OpenTerminals {
  readonly panes: Store<readonly TerminalPane[]> = createStore<readonly TerminalPane[]>([]);
  readonly #links = new Map<string, TerminalLink>();
  readonly #closed = new Set<string>();
  readonly #unsubscribe: () => void;

  constructor(room: Store<RoomState>) {
    let seen: readonly Terminal[] = [];
    let live = false;
    this.#unsubscribe = room.subscribe(() => {
      const { terminals, link } = room.get();
      // What the room's connection has run into holds for these: they would find out later, and keys would wait in a dead one meanwhile.
      if (live && link.phase === "reconnecting") for (const one of this.#links.values()) one.suspect();
      live = link.phase === "live";
      if (terminals === seen) return;
      seen = terminals;
      for (const { id, phase } of terminals) if (phase !== "ended" && !this.#closed.has(id)) this.#add(id);
    });
  }

  /** Its pane, made again where it was closed. */
  open(terminalId: string): string {
    this.#closed.delete(terminalId);
    this.#add(terminalId);
    return terminalKey(terminalId);
  }

  /** The link a pane draws from; it lives as long as the pane. */
  link(terminalId: string): TerminalLink {
    let link = this.#links.get(terminalId);
    if (link === undefined) {
      link = new TerminalLink({
        terminalId,
        ticket: fetchTicket,
        open: (id, ticket, version) => new WebSocket(socketAddress(`/ws/term/${id}`, { ticket, v: String(version) })) as FrameSocket,
      });
      this.#links.set(terminalId, link);
    }
    return link;
  }

  close(key: string): void {
    const pane = this.panes.get().find((one) => one.key === key);
    if (pane === undefined) return;
    this.#closed.add(pane.terminalId);
    this.#links.get(pane.terminalId)?.dispose();
    this.#links.delete(pane.terminalId);
    this.panes.update((panes) => panes.filter((one) => one.key !== key));
  }

  retryNow(): void {
    for (const link of this.#links.values()) link.retryNow();
  }

  dispose(): void {
    this.#unsubscribe();
    for (const link of this.#links.values()) link.dispose();
    this.#links.clear();
  }

  #add(terminalId: string): void {
    const key = terminalKey(terminalId);
    if (this.panes.get().some((pane) => pane.key === key)) return;
    this.panes.update((panes) => [...panes, { key, terminalId }]);
  }
}
