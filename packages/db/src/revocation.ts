import type { Db, Tx } from "./client.ts";

/** PostgreSQL notification channel that says whose sockets must close now. */
export const REVOKED_CHANNEL = "interlock_revoked";

/** Payload on REVOKED_CHANNEL, as JSON: one session, or everything of one person. */
export type Revocation = { sessionId: string } | { userId: string };

/** Tells every agent. Inside a transaction the notice goes out when that commits. */
export async function notifyRevoked(db: Db | Tx, what: Revocation): Promise<void> {
  await db.$executeRaw`SELECT pg_notify(${REVOKED_CHANNEL}, ${JSON.stringify(what)})`;
}

/** Reads a payload; undefined when it is not one of ours. */
export function readRevocation(payload: string): Revocation | undefined {
  try {
    const value = JSON.parse(payload) as Partial<Record<"sessionId" | "userId", unknown>>;
    if (typeof value.sessionId === "string") return { sessionId: value.sessionId };
    if (typeof value.userId === "string") return { userId: value.userId };
  } catch {
    // Anybody with the database's password can notify; what is not ours is not obeyed.
  }
  return undefined;
}
