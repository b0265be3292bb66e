import type { ServerMessage } from "@interlock/protocol";
import type { RoomSocket } from "./room-socket.ts";

export type { RoomSocket } from "./room-socket.ts";

/** Who is connected to which room. Holds no other state: rooms themselves live in the database. */
export class RoomHub {
  readonly #rooms = new Map<string, Set<RoomSocket>>();

  add(socket: RoomSocket): void {
    const sockets = this.#rooms.get(socket.roomId) ?? new Set();
    this.#rooms.set(socket.roomId, sockets.add(socket));
  }

  remove(socket: RoomSocket): void {
    const sockets = this.#rooms.get(socket.roomId);
    sockets?.delete(socket);
    if (sockets?.size === 0) this.#rooms.delete(socket.roomId);
  }

  /** Encoded once, sent to everybody in the room. */
  broadcast(roomId: string, message: ServerMessage): void {
    const sockets = this.#rooms.get(roomId);
    if (sockets === undefined) return;
    const json = JSON.stringify(message);
    for (const socket of sockets) socket.sendText(json);
  }

  sockets(roomId: string): Iterable<RoomSocket> {
    return this.#rooms.get(roomId) ?? [];
  }

  /** Ids of the people who are connected. */
  online(roomId: string): Set<string> {
    return new Set([...this.sockets(roomId)].map((socket) => socket.principal.id));
  }

  *all(): Iterable<RoomSocket> {
    for (const sockets of this.#rooms.values()) yield* sockets;
  }
}
