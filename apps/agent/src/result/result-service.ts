import type { RoomSocket } from "../room/room-hub.ts";

export declare class ResultService {
  constructor(parts: unknown);
  pull(socket: RoomSocket, message: { executionId: string; statement: number; from: number; count: number }): void;
  stop(socket?: RoomSocket, message?: { executionId: string; statement: number }): void;
}
