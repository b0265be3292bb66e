import type { Principal } from "@interlock/protocol";
import type { Db, Tx } from "./client.ts";
import { notifyRevoked } from "./revocation.ts";

/** How long a sign-in lasts, in milliseconds: a working day. */
export const SESSION_MS = 12 * 60 * 60 * 1000;

export interface LiveSession {
  id: string;
  expiresAt: Date;
  principal: Principal;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Starts a session for a person who has just proved who they are. */
export async function createSession(db: Db | Tx, userId: string, lifeMs: number = SESSION_MS): Promise<{ id: string; expiresAt: Date }> {
  const expiresAt = new Date(Date.now() + lifeMs);
  const { id } = await db.session.create({ data: { userId, expiresAt } });
  return { id, expiresAt };
}

/** Ends a session and has its sockets closed. Idempotent; an unknown id is no error. */
export async function revokeSession(db: Db, sessionId: string): Promise<void> {
  if (!UUID.test(sessionId)) return;
  await db.$transaction(async (tx) => {
    await tx.session.updateMany({ where: { id: sessionId, revokedAt: null }, data: { revokedAt: new Date() } });
    await tx.ticket.deleteMany({ where: { sessionId } });
    await notifyRevoked(tx, { sessionId });
  });
}

/** The session and its person, or undefined when it is unknown, expired, revoked, or the person is locked. */
export async function liveSession(db: Db | Tx, sessionId: string, now: Date = new Date()): Promise<LiveSession | undefined> {
  if (!UUID.test(sessionId)) return undefined;
  const session = await db.session.findFirst({
    where: { id: sessionId, revokedAt: null, expiresAt: { gt: now }, user: { lockedAt: null } },
    include: { user: { include: { groups: true } } },
  });
  return session ? { id: session.id, expiresAt: session.expiresAt, principal: principalOf(session.user) } : undefined;
}

/** A person's row, with groups, as everybody else sees it. */
export function principalOf(user: {
  id: string;
  name: string;
  displayName: string;
  color: string;
  identities: string[];
  groups: { group: string }[];
}): Principal {
  const { id, name, displayName, color, identities } = user;
  return { id, name, displayName, color, identities, groups: user.groups.map((member) => member.group).sort() };
}

/** Locks a person out: no sign-in, no token, and every open socket closes. */
export async function lockUser(db: Db, userId: string): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.user.update({ where: { id: userId }, data: { lockedAt: new Date() } });
    await notifyRevoked(tx, { userId });
  });
}

/** Replaces a person's groups. Their sockets close and come back with what they may do now. */
export async function setGroups(db: Db, userId: string, groups: readonly string[]): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.groupMember.deleteMany({ where: { userId } });
    await tx.groupMember.createMany({ data: [...new Set(groups)].map((group) => ({ userId, group })) });
    await notifyRevoked(tx, { userId });
  });
}
