import { appendAudit, createSession, type Db, verifyPassword } from "@interlock/db";
import { type Outcome, ok, refuse } from "@interlock/protocol";
import type { SignInLimit } from "./sign-in-limit.ts";

export interface SignedIn {
  userId: string;
  name: string;
  /** The session row; sockets and requests live as long as it. */
  sessionId: string;
}

export interface SignInTry {
  name: string;
  /** Where the request comes from, as the front process saw it. */
  address: string;
  now: Date;
}

/** Longest password looked at, in characters: hashing is meant to be slow, not to be fed. */
const MOST_PASSWORD = 1_000;
const MOST_NAME = 200;

/**
 * Signs in with a name and a password. An unknown name, a wrong password and a person without one look the same and take the same time;
 * that an account is locked is told only to who knows its password. Success and failure are audited, the former in the transaction that
 * makes the session.
 */
export async function signInWithPassword(
  db: Db,
  limit: SignInLimit,
  attempt: SignInTry & { password: string },
): Promise<Outcome<SignedIn>> {
  const { name, password, address, now } = attempt;
  if (!limit.allows(name, address, now.getTime())) return refuse("too_many_requests");
  const fits = name.length <= MOST_NAME && password.length <= MOST_PASSWORD;
  const user = fits ? await db.user.findUnique({ where: { name } }) : null;
  const right = await verifyPassword(fits ? password : "", user?.passwordHash);
  if (user && right && !user.lockedAt) {
    limit.succeeded(name, address);
    return ok(await begin(db, user, "password", address));
  }
  limit.failed(name, address, now.getTime());
  const reason = !user ? "unknown_name" : right ? "locked" : "wrong_password";
  // What was typed as an unknown name may be a password typed into the wrong field, so it is not written down.
  await refused(db, user?.name ?? "unknown", reason, address);
  return right ? refuse("forbidden", "This account is locked. Ask an administrator.") : refuse("wrong_password");
}

/** Signs in as a demo account by its name alone. Only offered in demo mode, where the service listens on this machine only. */
export async function signInAsDemo(db: Db, attempt: SignInTry): Promise<Outcome<SignedIn>> {
  const user = await db.user.findUnique({ where: { name: attempt.name, demo: true } });
  if (!user || user.lockedAt) {
    await refused(db, user?.name ?? "unknown", user ? "locked" : "unknown_name", attempt.address);
    return user ? refuse("forbidden", "This account is locked. Ask an administrator.") : refuse("wrong_password");
  }
  return ok(await begin(db, user, "demo", attempt.address));
}

async function begin(db: Db, user: { id: string; name: string }, method: "password" | "demo", address: string): Promise<SignedIn> {
  return db.$transaction(async (tx) => {
    const session = await createSession(tx, user.id);
    await appendAudit(tx, { type: "user.signed_in", actor: user.name, data: { method, address, sessionId: session.id } });
    return { userId: user.id, name: user.name, sessionId: session.id };
  });
}

async function refused(db: Db, actor: string, reason: string, address: string): Promise<void> {
  await db.$transaction((tx) => appendAudit(tx, { type: "user.sign_in_failed", actor, data: { reason, address } }));
}
