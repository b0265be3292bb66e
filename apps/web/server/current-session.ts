import { liveSession, type LiveSession } from "@interlock/db";
import { decode } from "next-auth/jwt";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { sessionCookie } from "./auth-options.ts";
import { config } from "./config.ts";
import { database } from "./database.ts";

/** Who asks for this page: the live session behind the cookie, or undefined. Looked up once for each request. */
export const currentSession = cache(async (): Promise<LiveSession | undefined> => {
  const token = (await cookies()).get(sessionCookie())?.value;
  if (!token) return undefined;
  const claims = await readToken(token);
  return typeof claims?.["sid"] === "string" ? liveSession(database(), claims["sid"]) : undefined;
});

/** The claims of a cookie; undefined when it is not ours, has expired, or was changed. */
async function readToken(token: string): Promise<Record<string, unknown> | undefined> {
  try {
    return (await decode({ token, secret: config().secret })) ?? undefined;
  } catch {
    // A cookie that cannot be decrypted is nobody's: the same as none.
    return undefined;
  }
}

/** The live session; without one, to the sign-in page and from there back here. */
export async function requireSession(): Promise<LiveSession> {
  const session = await currentSession();
  if (session) return session;
  // proxy.ts says which page was asked for.
  const path = (await headers()).get("x-path") ?? "/rooms";
  redirect(`/sign-in?next=${encodeURIComponent(path)}`);
}
