import { appendAudit, type Db, type Prisma } from "@interlock/db";
import { ok, refuse, Role, Severity, type Outcome, type Principal, type Room } from "@interlock/protocol";
import type { Timeline } from "../timeline.ts";
import type { RoomHub } from "./room-hub.ts";

const WITH_PEOPLE = {
  members: { include: { user: true }, orderBy: { joinedAt: "asc" } },
  _count: { select: { commands: { where: { OR: [{ state: "awaiting_review" }, { state: "approved", runsAt: null }] } } } },
} satisfies Prisma.RoomInclude;
type RoomRow = Prisma.RoomGetPayload<{ include: typeof WITH_PEOPLE }>;

/** Called after a person's role in a room has changed and is durable. */
export type RoleListener = (roomId: string, userId: string, role: Role) => void;

/** Called after a room was closed or opened again, which is durable. */
export type OpenListener = (roomId: string, open: boolean) => void;

/** Rooms, who is in them and as what. Every change is one transaction with its audit event, then told to the room. */
export class Membership {
  readonly #db: Db;
  readonly #hub: RoomHub;
  readonly #timeline: Timeline;
  readonly #listeners = new Set<RoleListener>();
  readonly #openListeners = new Set<OpenListener>();

  constructor(db: Db, hub: RoomHub, timeline: Timeline) {
    this.#db = db;
    this.#hub = hub;
    this.#timeline = timeline;
  }

  async roomOf(roomId: string): Promise<Room | undefined> {
    if (!isId(roomId)) return undefined;
    const row = await this.#db.room.findUnique({ where: { id: roomId }, include: WITH_PEOPLE });
    return row === null ? undefined : this.#room(row);
  }

  /** Open rooms first, newest first. */
  async roomsOf(): Promise<Room[]> {
    const rows = await this.#db.room.findMany({ include: WITH_PEOPLE, orderBy: { openedAt: "desc" }, take: 500 });
    return rows.map((row) => this.#room(row)).toSorted((a, b) => Number(b.open) - Number(a.open));
  }

  /** The opener becomes its lead. */
  async openRoom(principal: Principal, input: { title: string; severity?: Severity }): Promise<Room> {
    const { id, event } = await this.#db.$transaction(async (tx) => {
      const room = await tx.room.create({
        data: {
          title: input.title,
          severity: input.severity ?? null,
          openedBy: principal.id,
          members: { create: { userId: principal.id, role: "lead" } },
        },
      });
      const data = { title: input.title, ...(input.severity === undefined ? {} : { severity: input.severity }) };
      return { id: room.id, event: await appendAudit(tx, { type: "room.opened", actor: principal.name, roomId: room.id, data }) };
    });
    await this.#timeline.publish(event);
    const room = await this.roomOf(id);
    if (room === undefined) throw new Error("a room vanished while it was being opened");
    return room;
  }

  async roleIn(roomId: string, userId: string): Promise<Role | undefined> {
    if (!isId(roomId)) return undefined;
    const row = await this.#db.roomMember.findUnique({ where: { roomId_userId: { roomId, userId } } });
    return row === null ? undefined : Role.parse(row.role);
  }

  /** Idempotent. Whoever is in no group at all observes. The room must exist. */
  async join(roomId: string, principal: Principal): Promise<Role> {
    const known = await this.roleIn(roomId, principal.id);
    if (known !== undefined) return known;
    const role: Role = principal.groups.length === 0 ? "observer" : "responder";
    const event = await this.#db.$transaction(async (tx) => {
      const made = await tx.roomMember.createMany({ data: { roomId, userId: principal.id, role }, skipDuplicates: true });
      if (made.count === 0) return undefined;
      return appendAudit(tx, { type: "room.joined", actor: principal.name, roomId, data: { role } });
    });
    // Another socket of the same person was quicker; what it wrote counts.
    if (event === undefined) return (await this.roleIn(roomId, principal.id)) ?? role;
    await this.#timeline.publish(event);
    return role;
  }

  /** Only a lead may, and the last lead stays one. */
  async setRole(actor: Principal, roomId: string, userId: string, role: Role): Promise<Outcome<Room>> {
    const changed = await this.#db.$transaction(async (tx) => {
      // One change of roles at a time in a room, so that two leads cannot demote each other at once.
      await tx.$queryRaw`SELECT 1 FROM "Room" WHERE id = ${roomId}::uuid FOR UPDATE`;
      const members = await tx.roomMember.findMany({ where: { roomId }, include: { user: { select: { name: true } } } });
      if (members.find((member) => member.userId === actor.id)?.role !== "lead")
        return refuse("forbidden", "only the room's lead changes roles");
      const member = members.find((one) => one.userId === userId);
      if (member === undefined) return refuse("not_found", "this person is not in the room");
      if (member.role === role) return ok(undefined);
      const leads = members.filter((one) => one.role === "lead").length;
      if (member.role === "lead" && leads === 1) return refuse("forbidden", "a room keeps at least one lead");
      await tx.roomMember.update({ where: { roomId_userId: { roomId, userId } }, data: { role } });
      const data = { user: member.user.name, from: member.role, to: role };
      return ok(await appendAudit(tx, { type: "room.role_changed", actor: actor.name, roomId, data }));
    });
    if (!changed.ok) return changed;
    if (changed.value !== undefined) {
      for (const listener of this.#listeners) listener(roomId, userId, role);
      await this.#timeline.publish(changed.value);
    }
    return this.#told(roomId);
  }

  /** Only a lead may. Closing twice is no error: what was asked for is so. */
  async setOpen(actor: Principal, roomId: string, open: boolean): Promise<Outcome<Room>> {
    if ((await this.roleIn(roomId, actor.id)) !== "lead") return refuse("forbidden", "only the room's lead opens and closes it");
    const event = await this.#db.$transaction(async (tx) => {
      const where = open ? { id: roomId, closedAt: { not: null } } : { id: roomId, closedAt: null };
      const { count } = await tx.room.updateMany({ where, data: { closedAt: open ? null : new Date() } });
      if (count === 0) return undefined;
      return appendAudit(tx, { type: open ? "room.opened" : "room.closed", actor: actor.name, roomId, data: open ? { again: true } : {} });
    });
    if (event !== undefined) {
      for (const listener of this.#openListeners) listener(roomId, open);
      await this.#timeline.publish(event);
    }
    return this.#told(roomId);
  }

  /** Tells the room how it looks now: call when somebody came or went, or what waits has changed. */
  async tell(roomId: string): Promise<void> {
    await this.#told(roomId);
  }

  onRole(listener: RoleListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  onOpen(listener: OpenListener): () => void {
    this.#openListeners.add(listener);
    return () => void this.#openListeners.delete(listener);
  }

  async #told(roomId: string): Promise<Outcome<Room>> {
    const room = await this.roomOf(roomId);
    if (room === undefined) return refuse("not_found");
    this.#hub.broadcast(roomId, { type: "room", room });
    return ok(room);
  }

  #room(row: RoomRow): Room {
    const online = this.#hub.online(row.id);
    return {
      id: row.id,
      code: `INC-${row.number}`,
      title: row.title,
      ...(row.severity === null ? {} : { severity: Severity.parse(row.severity) }),
      open: row.closedAt === null,
      openedAt: row.openedAt.toISOString(),
      ...(row.closedAt === null ? {} : { closedAt: row.closedAt.toISOString() }),
      members: row.members.map(({ user, role }) => ({
        id: user.id,
        name: user.name,
        displayName: user.displayName,
        color: user.color,
        role: Role.parse(role),
        online: online.has(user.id),
      })),
      waiting: row._count.commands,
    };
  }
}

/** Ids are UUIDs; anything else would be an error of the database rather than an answer. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
