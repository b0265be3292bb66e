import { LIMITS } from "@interlock/protocol";
import type { Db, Tx } from "./client.ts";
import { hashToken, newToken } from "./token.ts";

/** Issues a right to open one socket within LIMITS.ticketMs. Only its hash is stored. */
export async function issueTicket(db: Db | Tx, holder: { userId: string; sessionId: string }, now: Date = new Date()): Promise<string> {
  const ticket = newToken();
  await db.ticket.deleteMany({ where: { expiresAt: { lt: now } } });
  await db.ticket.create({ data: { hash: hashToken(ticket), ...holder, expiresAt: new Date(now.getTime() + LIMITS.ticketMs) } });
  return ticket;
}

/** Uses a ticket up. Undefined when it is unknown, used or expired; of any number of callers at once, one gets it. */
export async function redeemTicket(
  db: Db | Tx,
  ticket: string,
  now: Date = new Date(),
): Promise<{ userId: string; sessionId: string } | undefined> {
  const rows = await db.$queryRaw<{ userId: string; sessionId: string; expiresAt: Date }[]>`
    DELETE FROM "Ticket" WHERE "hash" = ${hashToken(ticket)} RETURNING "userId", "sessionId", "expiresAt"`;
  const [found] = rows;
  return found && found.expiresAt > now ? { userId: found.userId, sessionId: found.sessionId } : undefined;
}
