import { listen, readRevocation, REVOKED_CHANNEL, type Db } from "@interlock/db";
import { CLOSE, type ErrorCode } from "@interlock/protocol";
import type { OpenSockets } from "./door/open-sockets.ts";
import type { Log } from "./log.ts";

/** How often all open sockets are compared with the database, in milliseconds: for notices that were lost, and hand-made changes. */
const SWEEP_MS = 5_000;

export interface RevocationParts {
  databaseUrl: string;
  db: Db;
  sockets: OpenSockets;
  log: Log;
  /** What people have going, which ends with their access: statements in flight, shells. */
  runs?: readonly Runs[];
}

export interface Runs {
  /** By user id, since when something runs for them. */
  running(): Map<string, Date>;
  endOf(userId: string): Promise<void>;
}

/** How often people for whom something runs are looked up: expiry sends no notice, and one second is promised (I11). In milliseconds. */
const RUNS_SWEEP_MS = 300;

/**
 * Closes sockets and cancels statements whose session ended or whose person was locked or changed groups (I11): at once on notice, and by comparison after a gap in
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
    if ("userId" in what) cancel(what.userId);
    else void sweepRuns();
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
  const cancel = (userId: string): void => {
    for (const runs of parts.runs ?? [])
      runs.endOf(userId).catch((error: unknown) => log.error({ err: error }, "a revocation could not be carried out whole"));
  };
  const sweepRuns = async (): Promise<void> => {
    const running = new Map<string, Date>();
    for (const [userId, since] of (parts.runs ?? []).flatMap((runs) => [...runs.running()])) {
      const known = running.get(userId);
      if (known === undefined || since < known) running.set(userId, since);
    }
    if (running.size === 0) return;
    try {
      for (const userId of await withoutAccess(db, running)) cancel(userId);
    } catch (error) {
      log.error({ err: error }, "what runs could not be compared with the sessions");
    }
  };
  await listen(databaseUrl, REVOKED_CHANNEL, revoked, signal, () => void sweep());
  const timers = [setInterval(() => void sweep(), SWEEP_MS), setInterval(() => void sweepRuns(), RUNS_SWEEP_MS)];
  signal.addEventListener("abort", () => timers.forEach((timer) => clearInterval(timer)), { once: true });
}

/**
 * Who of these is locked, or has seen the last session end since something began to run for them. Whoever had none to begin with works with
 * a token, and loses nothing when an old session runs out.
 */
async function withoutAccess(db: Db, running: ReadonlyMap<string, Date>): Promise<string[]> {
  const now = new Date();
  const oldest = new Date(Math.min(...[...running.values()].map((since) => since.getTime())));
  const people = await db.user.findMany({
    where: { id: { in: [...running.keys()] } },
    select: { id: true, lockedAt: true, sessions: { where: { expiresAt: { gt: oldest } }, select: { expiresAt: true, revokedAt: true } } },
  });
  return people.flatMap(({ id, lockedAt, sessions }) => {
    const ends = sessions.map(({ expiresAt, revokedAt }) => (revokedAt !== null && revokedAt < expiresAt ? revokedAt : expiresAt));
    const since = running.get(id) ?? now;
    const signedOut = ends.some((end) => end > since) && ends.every((end) => end <= now);
    return lockedAt !== null || signedOut ? [id] : [];
  });
}
