import { appendAudit, revokeSession, SESSION_MS } from "@interlock/db";
import type { Outcome } from "@interlock/protocol";
import type { NextAuthOptions, User } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { clientAddress } from "./client-address.ts";
import { config } from "./config.ts";
import { database } from "./database.ts";
import { type SignedIn, signInAsDemo, signInWithPassword } from "./sign-in.ts";
import { SignInLimit } from "./sign-in-limit.ts";

declare module "next-auth" {
  interface User {
    /** Id of the session row. */
    sid: string;
  }
}

const limit = new SignInLimit();

/**
 * next-auth shows the message of whatever `authorize` throws to the browser. So it throws codes of ERRORS and nothing else; what went
 * wrong inside goes to the log.
 */
async function authorized(attempt: () => Promise<Outcome<SignedIn>>): Promise<User> {
  let outcome: Outcome<SignedIn>;
  try {
    outcome = await attempt();
  } catch (error) {
    console.error("sign-in failed inside", error);
    throw new Error("internal");
  }
  if (!outcome.ok) throw new Error(outcome.code);
  return { id: outcome.value.userId, name: outcome.value.name, sid: outcome.value.sessionId };
}

const password = Credentials({
  id: "password",
  credentials: { name: {}, password: {} },
  authorize: (given, request) =>
    authorized(() =>
      signInWithPassword(database(), limit, {
        name: given?.name?.trim() ?? "",
        password: given?.password ?? "",
        address: clientAddress(request.headers),
        now: new Date(),
      }),
    ),
});

const demo = Credentials({
  id: "demo",
  credentials: { name: {} },
  authorize: (given, request) =>
    authorized(() => signInAsDemo(database(), { name: given?.name ?? "", address: clientAddress(request.headers), now: new Date() })),
});

/** The cookie that carries the session; the agent looks for the same names. */
export function sessionCookie(): string {
  return config().https ? "__Secure-next-auth.session-token" : "next-auth.session-token";
}

/** Sessions are JWTs that name a row (`sid`), so that they can be ended; the cookie itself proves nothing once the row is revoked. */
export function authOptions(): NextAuthOptions {
  const { secret, https, demo: demoMode } = config();
  return {
    secret,
    providers: demoMode ? [password, demo] : [password],
    session: { strategy: "jwt", maxAge: SESSION_MS / 1000 },
    useSecureCookies: https,
    cookies: { sessionToken: { name: sessionCookie(), options: { httpOnly: true, sameSite: "lax", path: "/", secure: https } } },
    pages: { signIn: "/sign-in", signOut: "/sign-in", error: "/sign-in" },
    callbacks: {
      jwt: ({ token, user }) => (user ? { sub: user.id, sid: user.sid, name: user.name ?? "" } : token),
    },
    events: {
      async signOut({ token }) {
        const { sid, name } = token;
        if (typeof sid !== "string") return;
        await revokeSession(database(), sid);
        await database().$transaction((tx) => appendAudit(tx, { type: "user.signed_out", actor: String(name), data: { sessionId: sid } }));
      },
    },
  };
}
