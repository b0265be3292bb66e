import { appendAudit, type Db } from "@interlock/db";
import type { Principal } from "@interlock/protocol";
import type { Log } from "../log.ts";
import type { Timeline } from "../timeline.ts";
import type { RoomHub } from "./room-hub.ts";

export interface PresenceParts {
  db: Db;
  hub: Pick<RoomHub, "online">;
  timeline: Timeline;
  log: Log;
  /** How long somebody may be away without having left, in milliseconds: a reload is no leave. */
  awayMs?: number;
}

const AWAY_MS = 5_000;

/** Writes down who has left a room and who has come back. What the end of the service does to sockets is no leave. */
export class Presence {
  readonly #parts: PresenceParts;
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  #pending = Promise.resolve();

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  /** Call when somebody's socket is in the room. */
  came(roomId: string, who: Principal): void {
    const key = `${roomId} ${who.id}`;
    clearTimeout(this.#leaving.get(key));
    if (!this.#leaving.delete(key)) this.#write(() => this.#back(roomId, who));
  }

  /** Call when somebody's last socket is gone. */
  went(roomId: string, who: Principal): void {
    const key = `${roomId} ${who.id}`;
    clearTimeout(this.#leaving.get(key));
    const timer = setTimeout(() => {
      this.#leaving.delete(key);
      if (!this.#parts.hub.online(roomId).has(who.id)) this.#write(() => this.#append("room.left", roomId, who));
    }, this.#parts.awayMs ?? AWAY_MS);
    this.#leaving.set(key, timer);
  }

  /** Resolves when everything noticed so far is written. */
  async stop(): Promise<void> {
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    this.#leaving.clear();
    await this.#pending;
  }

  /** Joining is written by whoever makes the membership; this is for a member who had left. */
  async #back(roomId: string, who: Principal): Promise<void> {
    const last = await this.#parts.db.auditEvent.findFirst({
      where: { roomId, actor: who.name, type: { in: ["room.joined", "room.left"] } },
      orderBy: { seq: "desc" },
      select: { type: true },
    });
    if (last?.type === "room.left") await this.#append("room.joined", roomId, who, { again: true });
  }

  async #append(type: "room.joined" | "room.left", roomId: string, who: Principal, data = {}): Promise<void> {
    const { db, timeline } = this.#parts;
    await timeline.publish(await db.$transaction((tx) => appendAudit(tx, { type, actor: who.name, roomId, data })));
  }

  /** One after the other, so that leaving and coming back are written in that order. */
  #write(work: () => Promise<void>): void {
    this.#pending = this.#pending
      .then(work)
      .catch((error: unknown) => this.#parts.log.error({ err: error }, "a coming or leaving could not be written down"));
  }
}
