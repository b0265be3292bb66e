import type { Principal, Role, ServerMessage } from "@interlock/protocol";

/** One browser's connection to one room, as the rest of the agent sees it. */
export interface RoomSocket {
  readonly id: string;
  readonly roomId: string;
  readonly principal: Principal;
  /** The role right now; it changes while the socket lives. */
  readonly role: Role;
  /** Aborted when the socket is gone. */
  readonly closed: AbortSignal;
  /** Never waits. A reader that falls LIMITS.socketBacklogBytes behind is dropped to a resync. */
  send(message: ServerMessage): void;
  /** Sends the same text to many sockets without encoding it for each. */
  sendText(json: string): void;
  /** For what is much: sends, and resolves when the next may be sent; see `sendBinary`. Never rejects. */
  sendPaced(message: ServerMessage): Promise<void>;
  /**
   * Resolves when the backlog is below half of LIMITS.socketBacklogBytes, or the socket is gone: wait for it before sending the next.
   * `sent` is called when the frame's bytes are not needed any more.
   */
  sendBinary(frame: Uint8Array, sent?: () => void): Promise<void>;
}
