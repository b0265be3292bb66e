import { plainly } from "@interlock/connector";
import type { Db } from "@interlock/db";
import type { AuditEvent, Person, TimelineEntry } from "@interlock/protocol";
import type { RoomHub } from "./room/room-hub.ts";
import { sentence } from "./timeline-sentence.ts";

/** Types of events that are kept in the log but would only be noise in a room. */
const SILENT: ReadonlySet<string> = new Set([
  "command.host_started",
  "files.listed",
  "file.previewed",
  "file.download_asked",
  "file.download_ended",
  "file.received",
  "draft.analysed",
  "objects.listed",
  "recording.chained",
  "recording.searched",
  "object.opened",
  "posture.read",
  "roles.read",
  "reachability.asked",
  "rights.asked",
  "user.signed_in",
  "user.signed_out",
  "policy.loaded",
]);

/** The audit log of a room, told to people. */
export class Timeline {
  readonly #db: Db;
  readonly #hub: Pick<RoomHub, "broadcast">;
  #head = { seq: 0, hash: "" };
  readonly #people = new Map<string, Person>();

  constructor(db: Db, hub: Pick<RoomHub, "broadcast">) {
    this.#db = db;
    this.#hub = hub;
  }

  /** Call after the transaction that appended `events` has committed; tells their rooms. Never rejects: the log already has them. */
  async publish(...events: AuditEvent[]): Promise<void> {
    for (const event of events) {
      if (event.seq > this.#head.seq) this.#head = { seq: event.seq, hash: event.hash };
      if (event.roomId === null) continue;
      const entries = SILENT.has(event.type) ? [] : [await this.#entry(event)];
      this.#hub.broadcast(event.roomId, { type: "timeline", entries, auditHead: this.#head });
    }
  }

  /** Newest first. */
  async entries(roomId: string, limit: number): Promise<TimelineEntry[]> {
    const rows = await this.#db.auditEvent.findMany({
      where: { roomId, type: { notIn: [...SILENT] } },
      orderBy: { seq: "desc" },
      take: limit,
    });
    return Promise.all(
      rows.map((row) => {
        const data: AuditEvent["data"] = JSON.parse(row.data);
        return this.#entry({ ...row, seq: Number(row.seq), at: row.at.toISOString(), data });
      }),
    );
  }

  /** The newest link of the chain; seq 0 while the log is empty. */
  async head(): Promise<{ seq: number; hash: string }> {
    const row = await this.#db.auditHead.findUnique({ where: { id: 1 } });
    return row === null ? { seq: 0, hash: "" } : { seq: Number(row.seq), hash: row.hash };
  }

  async #entry(event: AuditEvent): Promise<TimelineEntry> {
    const actor = await this.#person(event.actor);
    return {
      seq: event.seq,
      at: event.at,
      type: event.type,
      text: plainly(sentence(event)),
      ...(actor === undefined ? {} : { actor }),
      ...(event.commandId === null ? {} : { commandId: event.commandId }),
      ...(/^(terminal\.ended|recording\.)/.test(event.type) && typeof event.data["terminalId"] === "string"
        ? { terminalId: event.data["terminalId"] }
        : {}),
    };
  }

  async #person(name: string): Promise<Person | undefined> {
    if (name === "system") return undefined;
    const known = this.#people.get(name);
    if (known !== undefined) return known;
    // A line without a face is better than a log entry that seems not to have happened.
    const row = await this.#db.user
      .findUnique({ where: { name }, select: { id: true, name: true, displayName: true, color: true } })
      .catch(() => null);
    if (row === null) return undefined;
    this.#people.set(name, row);
    return row;
  }
}
