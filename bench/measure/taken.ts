import { TERMINAL_TAKEN, writeTerminalFrame } from "@interlock/protocol";
import { WebSocket } from "ws";

/** Tells a terminal what its page has taken, as the web app's does. */
export class Taken {
  readonly #ws: WebSocket;
  #offset = 0;
  #said = 0;
  #saying: NodeJS.Timeout | undefined;

  constructor(ws: WebSocket) {
    this.#ws = ws;
  }

  up(offset: number): void {
    this.#offset = offset;
    if (offset - this.#said >= TERMINAL_TAKEN.bytes) this.#say();
    else this.#saying ??= setTimeout(() => this.#say(), TERMINAL_TAKEN.afterMs);
  }

  #say(): void {
    clearTimeout(this.#saying);
    this.#saying = undefined;
    this.#said = this.#offset;
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.send(writeTerminalFrame({ type: "taken", offset: this.#offset }));
  }
}
