import { hashToken, liveSession, principalOf, type Db } from "@interlock/db";
import type { Principal } from "@interlock/protocol";
import { decode } from "next-auth/jwt";

/** Who sends a request. `sessionId` is present for browsers, absent for bearer tokens. */
export interface Identity {
  principal: Principal;
  sessionId?: string;
}

/** Undefined for nobody. Requests of other sites are refused before this is asked (see origin.ts). */
export type Authenticate = (request: Request) => Promise<Identity | undefined>;

const COOKIES = ["__Secure-next-auth.session-token", "next-auth.session-token"];

/** Bearer token, or the browser's session cookie. Both are looked up at every request, so that a lock or sign-out binds at once. */
export function createAuthentication(parts: { db: Db; secret: string }): Authenticate {
  const { db, secret } = parts;
  return async (request) => {
    const authorization = request.headers.get("authorization");
    // Whoever sends a token means it: a bad one is not rescued by a cookie.
    if (authorization !== null) return bearer(db, authorization);
    const token = cookie(request.headers.get("cookie") ?? "");
    if (token === undefined) return undefined;
    // A cookie that cannot be decoded is nobody's, whatever is wrong with it.
    const claims = await decode({ token, secret }).catch(() => null);
    if (claims === null || typeof claims["sid"] !== "string") return undefined;
    const session = await liveSession(db, claims["sid"]);
    if (session === undefined || session.principal.id !== claims.sub) return undefined;
    return { principal: session.principal, sessionId: session.id };
  };
}

async function bearer(db: Db, authorization: string): Promise<Identity | undefined> {
  const token = /^Bearer ([\w-]{20,200})$/i.exec(authorization)?.[1];
  if (token === undefined) return undefined;
  const row = await db.apiToken.findUnique({ where: { hash: hashToken(token) }, include: { user: { include: { groups: true } } } });
  if (row === null || row.revokedAt !== null || row.user.lockedAt !== null) return undefined;
  if (row.expiresAt !== null && row.expiresAt <= new Date()) return undefined;
  return { principal: principalOf(row.user) };
}

function cookie(header: string): string | undefined {
  const pairs = new Map(
    header.split(";").map((pair) => {
      const [name = "", ...value] = pair.trim().split("=");
      return [name, value.join("=")] as const;
    }),
  );
  for (const name of COOKIES) {
    const value = pairs.get(name);
    if (value !== undefined && value !== "") return value;
  }
  return undefined;
}
