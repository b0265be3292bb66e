import { listen, readRevocation, REVOKED_CHANNEL, type Db } from "@interlock/db";
import { CLOSE, type ErrorCode } from "@interlock/protocol";
import type { OpenSockets } from "./door/open-sockets.ts";
import type { Log } from "./log.ts";
import { isId } from "./room/membership.ts";

/** How often all open sockets are compared with the database, in milliseconds: for notices that were lost, and hand-made changes. */
const SWEEP_MS = 5_000;

export interface RevocationParts {
  databaseUrl: string;
  db: Db;
  sockets: OpenSockets;
  log: Log;
  /** What else ends when a person is locked out. */
  onLocked?: (userId: string) => Promise<void>;
}

/**
 * Closes sockets whose session ended or whose person was locked or changed groups (I11): at once on notice, and by comparison after a gap in
 * listening. Resolves when it listens; ends with `signal`.
 */
export async function watchRevocations(parts: RevocationParts, signal: AbortSignal): Promise<void> {
  const { databaseUrl, db, sockets, log } = parts;
  const ended = (which: Parameters<OpenSockets["end"]>[2]): void =>
    sockets.end(CLOSE.unauthenticated, "unauthenticated" satisfies ErrorCode, which);
  const revoked = (payload: string): void => {
    const what = readRevocation(payload);
    if (what === undefined) {
      log.warn("a notice on the revocation channel is not understood; all sockets are compared instead");
      void sweep();
      return;
    }
    ended((socket) => ("sessionId" in what ? socket.sessionId === what.sessionId : socket.principal.id === what.userId));
    if ("userId" in what)
      lockedOut(parts, what.userId).catch((error: unknown) => log.error({ err: error }, "a lock could not be carried out whole"));
  };
  const sweep = async (): Promise<void> => {
    const open = [...new Set([...sockets].map((socket) => socket.sessionId))];
    if (open.length === 0) return;
    try {
      const where = { id: { in: open }, revokedAt: null, expiresAt: { gt: new Date() }, user: { lockedAt: null } };
      const live = new Set((await db.session.findMany({ where, select: { id: true } })).map(({ id }) => id));
      ended((socket) => open.includes(socket.sessionId) && !live.has(socket.sessionId));
    } catch (error) {
      // Who may be here cannot be known without the database; nothing durable can be done without it either, so people may keep reading.
      log.error({ err: error }, "open sockets could not be compared with the sessions");
    }
  };
  await listen(databaseUrl, REVOKED_CHANNEL, revoked, signal, () => void sweep());
  const timer = setInterval(() => void sweep(), SWEEP_MS);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

/** A change of groups comes as the same notice; only a lock ends what runs. */
async function lockedOut({ db, onLocked }: RevocationParts, userId: string): Promise<void> {
  if (onLocked === undefined || !isId(userId)) return;
  if ((await db.user.count({ where: { id: userId, lockedAt: { not: null } } })) === 1) await onLocked(userId);
}
