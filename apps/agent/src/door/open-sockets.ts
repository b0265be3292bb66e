import type { LiveSocket } from "./live-socket.ts";

/** Sockets of one person, over all pages. */
const PER_PERSON = 64;
/** Sockets of the whole agent. */
const IN_ALL = 4096;

/** Every open socket, so that a revocation finds it. */
export class OpenSockets {
  readonly #sockets = new Set<LiveSocket>();

  get size(): number {
    return this.#sockets.size;
  }

  /** Whether this person may open one more. */
  admits(userId: string): boolean {
    if (this.#sockets.size >= IN_ALL) return false;
    let count = 0;
    for (const socket of this.#sockets) if (socket.principal.id === userId) count++;
    return count < PER_PERSON;
  }

  add(socket: LiveSocket): void {
    this.#sockets.add(socket);
    socket.closed.addEventListener("abort", () => this.#sockets.delete(socket), { once: true });
  }

  *[Symbol.iterator](): Iterator<LiveSocket> {
    yield* this.#sockets;
  }

  end(code: number, reason: string, which: (socket: LiveSocket) => boolean = () => true): void {
    for (const socket of this.#sockets) if (which(socket)) socket.end(code, reason);
  }
}
